/** Flags, ports, descriptor tables, control registers: what an operating system uses. All are plain TypeScript in cpu/. */
import * as w from "../../wasm/expression.ts";
import { type Feature, instruction } from "../row.ts";

const system = (name: string, encodings: readonly string[], says: string, more: { feature?: Feature; flags?: string; source?: string; aliases?: string[] } = {}) =>
  instruction(name, { encodings, says, ...more, does: (x) => x.system() });

instruction("IN", {
  encodings: ["E4  AL Ib", "E5  eAX Ib", "EC  AL DX", "ED  eAX DX"],
  says: "Reads a port.",
  does: (x, to, port) => x.input(to, port.get()),
});
instruction("OUT", {
  encodings: ["E6  Ib AL", "E7  Ib eAX", "EE  DX AL", "EF  DX eAX"],
  says: "Writes a port.",
  does: (x, port, from) => x.output(port.get(), from),
});

instruction("CLC", { encodings: ["F8  -"], flags: "CF", says: "Clears CF.", does: (x) => x.flags.carryOverflow(w.i32(0), "keep") });
instruction("STC", { encodings: ["F9  -"], flags: "CF", says: "Sets CF.", does: (x) => x.flags.carryOverflow(w.i32(1), "keep") });
instruction("CMC", {
  encodings: ["F5  -"],
  flags: "CF",
  says: "Flips CF.",
  does: (x) => x.flags.carryOverflow(x.let(w.eqz(x.flags.carry())), "keep"),
});
instruction("CLD", { encodings: ["FC  -"], flags: "DF", says: "Clears DF: string instructions go upward.", does: (x) => x.setDirection(false) });
instruction("STD", { encodings: ["FD  -"], flags: "DF", says: "Sets DF: string instructions go downward.", does: (x) => x.setDirection(true) });
instruction("CLI", { encodings: ["FA  -"], flags: "IF", says: "Clears IF: maskable interrupts wait.", does: (x) => x.clearInterruptFlag() });
system("STI", ["FB  -  ends"], "Sets IF: maskable interrupts are taken after the next instruction.", { flags: "IF" });
system("SALC", ["D6  -  i64"], "Fills AL with CF.", { source: "undocumented by AMD; Intel SDM vol. 2, opcode map D6" });

instruction("NOP", {
  encodings: ["90  -"],
  says: "Does nothing.",
  does() {},
});
system("PAUSE", ["F3 90  -"], "Does nothing, and tells the processor that a loop waits here.");

system("LGDT", ["0F 01 /2  Ms  ends f64"], "Loads the base and limit of the global descriptor table.", { feature: "286" });
system("LIDT", ["0F 01 /3  Ms  ends f64"], "Loads the base and limit of the interrupt descriptor table.", { feature: "286" });
system("SGDT", ["0F 01 /0  Ms  f64"], "Stores the base and limit of the global descriptor table.", { feature: "286" });
system("SIDT", ["0F 01 /1  Ms  f64"], "Stores the base and limit of the interrupt descriptor table.", { feature: "286" });
system("SMSW", ["0F 01 /4  Rv", "0F 01 /4  Mw"], "Stores the low half of CR0.", { feature: "286" });
system("LMSW", ["0F 01 /6  Ew  ends"], "Loads the low four bits of CR0; PE can be set but not cleared.", { feature: "286" });
system("INVLPG", ["0F 01 /7  M  ends"], "Drops the TLB's entries for the page of an address.", { feature: "486" });
system("CLTS", ["0F 06  -  ends"], "Clears CR0.TS.", { feature: "286" });
system("INVD", ["0F 08  -"], "Drops the caches without writing them back.", { feature: "486" });
system("WBINVD", ["0F 09  -"], "Writes the caches back and drops them.", { feature: "486" });
system("SLDT", ["0F 00 /0  Rv  mode", "0F 00 /0  Mw  mode"], "Stores the selector of the local descriptor table.", { feature: "286" });
system("STR", ["0F 00 /1  Rv  mode", "0F 00 /1  Mw  mode"], "Stores the selector of the task register.", { feature: "286" });
system("LLDT", ["0F 00 /2  Ew  mode ends"], "Loads the local descriptor table from a descriptor in the global one.", { feature: "286" });
system("LTR", ["0F 00 /3  Ew  mode ends"], "Loads the task register and marks its task busy.", { feature: "286" });
system("VERR", ["0F 00 /4  Ew  mode"], "Sets ZF where the segment could be read from here.", { feature: "286", flags: "ZF" });
system("VERW", ["0F 00 /5  Ew  mode"], "Sets ZF where the segment could be written from here.", { feature: "286", flags: "ZF" });
system("LAR", ["0F 02  Gv Ew  mode"], "Loads a descriptor's access rights, where the selector may be looked at.", { feature: "286", flags: "ZF" });
system("LSL", ["0F 03  Gv Ew  mode"], "Loads a segment's limit in bytes, where the selector may be looked at.", { feature: "286", flags: "ZF" });
system("ARPL", ["63  Ew Gw  i64 mode"], "Raises a selector's RPL to that of another, and sets ZF where it had to.", { feature: "286", flags: "ZF" });

system("CPUID", ["0F A2  -"], "Says what the processor is and can do, for the leaf in EAX.", { feature: "CPUID" });
system("RDTSC", ["0F 31  -  ends"], "Loads the time-stamp counter into EDX:EAX.", { feature: "TSC" });
system("RDMSR", ["0F 32  -"], "Loads the model-specific register that ECX names into EDX:EAX.", { feature: "MSR" });
system("WRMSR", ["0F 30  -  ends"], "Stores EDX:EAX to the model-specific register that ECX names.", { feature: "MSR" });
system("RDPMC", ["0F 33  -"], "Loads the performance counter that ECX names into EDX:EAX.", { feature: "P6" });
system("SYSCALL", ["0F 05  -  ends"], "Calls the kernel at the address that STAR, LSTAR or CSTAR hold.", { feature: "SYSCALL" });
system("SYSRETQ", ["0F 07  -  oq ends prefix"], "Returns from a system call to 64-bit code of privilege level 3, at the address in RCX.", { feature: "SYSCALL", source: "AMD APM vol. 3, SYSRET" });
system("SYSRET", ["0F 07  -  ends"], "Returns from a system call to 32-bit code of privilege level 3, at the address in ECX.", { feature: "SYSCALL" });
system("SYSENTER", ["0F 34  -  ends"], "Calls the kernel at the address that SYSENTER_EIP holds.", { feature: "SEP" });
system("SYSEXITQ", ["0F 35  -  oq ends prefix"], "Returns from SYSENTER to 64-bit code of privilege level 3, at the address in RDX with the stack in RCX.", {
  feature: "SEP",
  source: "AMD APM vol. 3, SYSEXIT",
});
system("SYSEXIT", ["0F 35  -  ends"], "Returns from SYSENTER to 32-bit code of privilege level 3, at the address in EDX with the stack in ECX.", { feature: "SEP" });
system("SWAPGS", ["0F 01 F8  -  o64 ends"], "Exchanges the base of GS with KERNEL_GS_BASE.", { feature: "LM" });
system("CMPXCHG8B", ["0F C7 /1  Mq  lock o32", "0F C7 /1  Mq  lock o16"], "Compares EDX:EAX with eight bytes, and stores ECX:EBX there where they are equal.", { feature: "CX8", flags: "ZF" });
system("RSM", ["0F AA  -  ends"], "Leaves system management mode for what its SMI interrupted.", { feature: "486" });
system("UD2", ["0F 0B  -  ends"], "Raises #UD, for certain.", { feature: "286" });
