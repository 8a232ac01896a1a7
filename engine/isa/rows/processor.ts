/**
 * What a program asks of the processor itself: to wait, to look after caches, to fill a register with chance, to tell who
 * it is; and the opcodes that are set aside to do nothing, or never to exist.
 */
import { type Feature, instruction } from "../row.ts";

interface Rest {
  readonly feature: Feature;
  readonly flags?: string;
  readonly source?: string;
  readonly aliases?: readonly string[];
}

const system = (name: string, encodings: readonly string[], says: string, rest: Rest) => instruction(name, { encodings, says, ...rest, does: (x) => x.system() });

const nothing = (name: string, encodings: readonly string[], says: string, rest: Rest) => instruction(name, { encodings, says, ...rest, does() {} });

// ---- nothing ---------------------------------------------------------------------------------------------------------

const NOPS = "AMD APM vol. 3, NOP; Intel SDM vol. 2, opcode map 0F 18–0F 1F";
nothing("NOP", ["0F 1F /0  Ev"], "Does nothing; its operand is neither computed nor touched.", { feature: "P6" });
nothing("ENDBR64", ["F3 0F 1E FA  -"], "Marks where indirect branches may lead, for a processor that checks; else nothing.", {
  feature: "P6",
  source: "Intel SDM vol. 2, ENDBR64",
});
nothing("ENDBR32", ["F3 0F 1E FB  -"], "Marks where indirect branches may lead, for a processor that checks; else nothing.", {
  feature: "P6",
  source: "Intel SDM vol. 2, ENDBR32",
});
for (const [digit, name] of ["PREFETCHNTA", "PREFETCHT0", "PREFETCHT1", "PREFETCHT2"].entries()) {
  nothing(name, [`0F 18 /${digit}  Mb`], "Hints that memory will be read soon; never faults.", {
    feature: "P6",
    source: "AMD APM vol. 3, PREFETCHlevel",
  });
}
nothing("PREFETCH", ["0F 0D /0  Mb", ...[4, 5, 6, 7].map((digit) => `0F 0D /${digit}  Mb  alias`)], "Hints that memory will be read soon; never faults.", { feature: "LM" });
nothing("PREFETCHW", ["0F 0D /1  Mb", "0F 0D /3  Mb  alias"], "Hints that memory will be written soon; never faults.", { feature: "LM" });
nothing("PREFETCHWT1", ["0F 0D /2  Mb"], "Hints that memory will be written soon; never faults.", { feature: "LM", source: "Intel SDM vol. 2, PREFETCHWT1 (revisions up to 2016)" });
nothing(
  "NOP",
  ["18", "19", "1A", "1B", "1C", "1D", "1E", "1F"].map((byte) => `0F ${byte}  Ev  alias`),
  "Set aside for hints: does nothing on a processor that does not know the hint.",
  { feature: "P6", source: NOPS },
);

// ---- never -----------------------------------------------------------------------------------------------------------

system("UD0", ["0F FF  Gv Ev  ends"], "Raises #UD, for certain.", { feature: "286" });
system("UD1", ["0F B9  Gv Ev  ends"], "Raises #UD, for certain.", { feature: "286" });

// ---- caches ----------------------------------------------------------------------------------------------------------

system("CLFLUSH", ["NP 0F AE /7  Mb"], "Writes a line back from all caches and drops it there.", { feature: "CLFLUSH" });
system("CLFLUSHOPT", ["66 0F AE /7  Mb"], "As CLFLUSH, with less order among several.", { feature: "CLFLUSHOPT" });
system("CLWB", ["66 0F AE /6  Mb"], "Writes a line back and may keep it.", { feature: "CLWB" });
system("WBNOINVD", ["F3 0F 09  -"], "Writes the caches back and may keep them.", { feature: "WBNOINVD" });

// ---- waiting ---------------------------------------------------------------------------------------------------------

system("MONITOR", ["NP 0F 01 C8  -"], "Watches the line of memory at DS:rAX for stores.", { feature: "MONITOR" });
system("MWAIT", ["NP 0F 01 C9  -  ends"], "Stops until the watched line is stored to, or an interrupt.", { feature: "MONITOR" });

// ---- who and what it is ----------------------------------------------------------------------------------------------

system("RDRAND", ["0F C7 /6  Rv"], "Fills a register with a random number; CF tells that there was one.", {
  feature: "RDRAND",
  flags: "OF SF ZF AF PF CF",
});
system("RDSEED", ["0F C7 /7  Rv"], "Fills a register with a random number that may seed a generator; CF tells that there was one.", {
  feature: "RDSEED",
  flags: "OF SF ZF AF PF CF",
});
system("RDTSCP", ["0F 01 F9  -  ends"], "Loads the time-stamp counter into EDX:EAX and TSC_AUX into ECX.", { feature: "RDTSCP" });
system("RDPID", ["F3 0F C7 /7  Ry  f64"], "Loads TSC_AUX, where systems keep the processor's number.", { feature: "RDPID" });
for (const [digit, name] of ["RDFSBASE", "RDGSBASE", "WRFSBASE", "WRGSBASE"].entries()) {
  const [from, to] = name.startsWith("RD") ? [`${name.slice(2, 4)}'s base`, "a register"] : ["a register", `${name.slice(2, 4)}'s base`];
  system(name, [`F3 0F AE /${digit}  Ry  o64`], `Copies ${from} to ${to}, where CR4.FSGSBASE lets programs do so.`, { feature: "FSGSBASE" });
}

// ---- memory's protection ---------------------------------------------------------------------------------------------

system("CLAC", ["NP 0F 01 CA  -  ends"], "Clears AC: SMAP keeps the supervisor from users' pages.", { feature: "SMAP", flags: "AC" });
system("STAC", ["NP 0F 01 CB  -  ends"], "Sets AC: lets the supervisor at users' pages.", { feature: "SMAP", flags: "AC" });
system("RDPKRU", ["NP 0F 01 EE  -"], "Loads the rights of the protection keys into EAX.", { feature: "PKU" });
system("WRPKRU", ["NP 0F 01 EF  -  ends"], "Sets the rights of the protection keys from EAX.", { feature: "PKU" });
system("INVPCID", ["66 0F 38 82  Gy Mdq  f64 ends"], "Drops the TLB's entries of an address, of a context, or all.", { feature: "INVPCID" });

system("CMPXCHG16B", ["0F C7 /1  Mdq  lock oq"], "Compares RDX:RAX with sixteen bytes, and stores RCX:RBX there where they are equal.", {
  feature: "CX16",
  flags: "ZF",
  source: "AMD APM vol. 3, CMPXCHG8B",
});
