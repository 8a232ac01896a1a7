/** Judge of the decoder: iced-x86, on random bytes restricted to the rows that exist. RING_FULL=1 makes it ten million a mode; RING_CASES sets how many strings. */
import { Decoder, type Instruction, MemorySizeExt, Mnemonic, OpKind, Register } from "iced-x86";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";
import type { Decoded, MemoryOperand, Operand } from "./decoded.ts";
import { ICED_DIFFERENCES } from "./differences.ts";
import { generalName, registerName, SEGMENT_NAMES } from "./registers.ts";
import { ENCODINGS, randomBytes, randomFrom } from "./samples.ts";
import { sizeInName, stem, WRITTEN_ACCUMULATOR } from "./spelling.ts";
import { TABLE } from "./table.ts";

const COUNT = Number(process.env["RING_CASES"] ?? (process.env["RING_FULL"] ? 30_000_000 : 20_000));
const SEED = Number(process.env["RING_SEED"] ?? 1);
const IP = 0x1000n;

/** What iced calls far transfers and XLAT, by our rows' names. */
const OTHER_NAMES: Record<string, string> = {
  JMPF: "JMP",
  CALLF: "CALL",
  RETF: "RETF",
  XLAT: "XLATB",
  WAIT: "WAIT",
  SHL: "SAL",
};

const NAMES = new Set(TABLE.flatMap((r) => [r.name, ...r.aliases, OTHER_NAMES[r.name] ?? r.name]));

const mask = (value: bigint, bits: number) => BigInt.asUintN(bits, value);

function icedRegister(register: number): string {
  const name = (Register[register] as string).toLowerCase();
  return name.replace(/^(r\d+)l$/, "$1b").replace(/^st(\d)$/, "st($1)");
}

/** Overrides with no effect in 64-bit code are as good as none. */
const flat = (segment: string, codeBits: number) => (codeBits === 64 && !/[fg]s/.test(segment) ? "ds" : segment);

function memoryText(
  base: string,
  index: string,
  scale: number,
  displacement: bigint,
  segment: string,
  bits: number,
): string {
  return `${segment}:[${base}+${index}*${scale}+${displacement.toString(16)}] ${bits}`;
}

/** A register of which only 16 bits count, by its 16-bit name. */
function low16(name: string): string {
  const found = /^[er]([a-ds][xpi])$/.exec(name);
  return found ? (found[1] as string) : name.replace(/^(r\d+)d?$/, "$1w");
}

function icedOperand(i: Instruction, n: number, codeBits: 16 | 32 | 64, ours: Decoded | undefined): string {
  const code = ours?.encoding.operands[n];
  const our = ours?.operands[n];
  const kind = i.opKind(n);
  const bits = 8 * MemorySizeExt.size(i.memorySize);
  switch (kind) {
    case OpKind.Register:
      return code?.width === "w" && (code.place === "E" || code.place === "G")
        ? low16(icedRegister(i.opRegister(n)))
        : icedRegister(i.opRegister(n));
    case OpKind.NearBranch16:
    case OpKind.NearBranch32:
    case OpKind.NearBranch64:
      return `target ${i.nearBranchTarget.toString(16)}`;
    case OpKind.FarBranch16:
      return `far ${i.farBranchSelector}:${i.farBranch16}`;
    case OpKind.FarBranch32:
      return `far ${i.farBranchSelector}:${i.farBranch32}`;
    case OpKind.Memory: {
      const base = i.memoryBase === Register.None ? "" : icedRegister(i.memoryBase);
      const index = i.memoryIndex === Register.None ? "" : icedRegister(i.memoryIndex);
      return memoryText(
        base,
        index,
        index ? i.memoryIndexScale : 1,
        mask(i.memoryDisplacement, 64),
        flat(icedRegister(i.memorySegment), codeBits),
        bits,
      );
    }
    case OpKind.MemorySegSI:
    case OpKind.MemorySegESI:
    case OpKind.MemorySegRSI:
      return memoryText(
        ["si", "esi", "rsi"][kind - OpKind.MemorySegSI] as string,
        "",
        1,
        0n,
        flat(icedRegister(i.memorySegment), codeBits),
        bits,
      );
    case OpKind.MemoryESDI:
    case OpKind.MemoryESEDI:
    case OpKind.MemoryESRDI:
      return memoryText(
        ["di", "edi", "rdi"][kind - OpKind.MemoryESDI] as string,
        "",
        1,
        0n,
        flat("es", codeBits),
        bits,
      );
    default:
      return `immediate ${mask(i.immediate(n), our?.kind === "immediate" ? our.bits : 64).toString(16)}`;
  }
}

function ourMemory(o: MemoryOperand, codeBits: number): string {
  const base = o.base < 0 ? "" : generalName(o.base, o.addressBits);
  const index = o.index < 0 ? "" : generalName(o.index, o.addressBits);
  return memoryText(
    base,
    index,
    o.index < 0 ? 1 : 1 << o.scale,
    mask(o.displacement, o.base === 16 ? 64 : o.addressBits),
    flat(SEGMENT_NAMES[o.segment] as string, codeBits),
    o.bits,
  );
}

function ourOperand(o: Operand, codeBits: number): string {
  switch (o.kind) {
    case "memory":
      return ourMemory(o, codeBits);
    case "immediate":
      return `immediate ${o.value.toString(16)}`;
    case "target":
      return `target ${o.address.toString(16)}`;
    case "far":
      return `far ${o.selector}:${o.offset}`;
    case "st":
      return `st(${o.number})`;
    default:
      return registerName(o);
  }
}

function ourOperands(d: Decoded): string[] {
  // XMM0 of the variable blends is written in no encoding, and iced counts it as none.
  const written = d.operands.filter((_, i) => d.encoding.operands[i]?.file !== "xmm");
  const list = written.map((o) => ourOperand(o, d.codeBits));
  const size = sizeInName(d.row);
  const place = WRITTEN_ACCUMULATOR[stem(d.row)];
  if (place && size) {
    const accumulator = generalName(0, size);
    if (place === "first") list.unshift(accumulator);
    else list.push(accumulator);
  }
  if (d.row.name === "XLAT") {
    list.push(
      memoryText(
        generalName(3, d.addressBits),
        "al",
        1,
        0n,
        flat(SEGMENT_NAMES[d.segmentPrefix < 0 ? 3 : d.segmentPrefix] as string, d.codeBits),
        8,
      ),
    );
  }
  return list;
}

function describeOurs(d: Decoded): string {
  return `${d.length} ${d.row.name}${d.lock ? " lock" : ""}${d.repeat === 0xf3 ? " rep" : d.repeat === 0xf2 ? " repne" : ""} ${ourOperands(d).join(", ")}`;
}

function describeIced(i: Instruction, codeBits: 16 | 32 | 64, ours: Decoded | undefined): string {
  const mnemonic = (Mnemonic[i.mnemonic] as string).toUpperCase();
  const row = ours?.row;
  const isSame =
    row !== undefined &&
    (row.name === mnemonic || row.aliases.includes(mnemonic) || OTHER_NAMES[row.name] === mnemonic);
  const isRepeated =
    ours !== undefined && (ours.encoding.attributes.has("rep") || ours.encoding.attributes.has("repe"));
  const repeat = !isRepeated ? "" : i.hasRepPrefix ? " rep" : i.hasRepnePrefix ? " repne" : "";
  // MASKMOVQ's memory at rDI is implied; iced counts it as an operand.
  const isImplied = (n: number) =>
    [OpKind.MemorySegDI, OpKind.MemorySegEDI, OpKind.MemorySegRDI].includes(i.opKind(n) as number as 0);
  const operands = Array.from({ length: i.opCount }, (_, n) => n)
    .filter((n) => !isImplied(n))
    .map((n) => icedOperand(i, n, codeBits, ours));
  return `${i.length} ${isSame ? row.name : mnemonic}${i.hasLockPrefix ? " lock" : ""}${repeat} ${operands.join(", ")}`;
}

/** Half of the strings wholly random, half shaped like instructions of the table. */
function nextBytes(codeBits: 16 | 32 | 64, random: (n: number) => number): Uint8Array {
  if (random(2)) return Uint8Array.from({ length: 15 }, () => random(256));
  return randomBytes(ENCODINGS[random(ENCODINGS.length)] as (typeof ENCODINGS)[number], codeBits, random);
}

describe("the decoder agrees with iced-x86", () => {
  for (const codeBits of [16, 32, 64] as const) {
    test(`in ${codeBits}-bit code on ${Math.round(COUNT / 3)} strings of bytes`, { timeout: 3_600_000 }, () => {
      const random = randomFrom(SEED + codeBits);
      const different: string[] = [];
      const justified = new Map<string, number>();
      let compared = 0;
      let valid = 0;
      for (let n = 0; n < COUNT / 3; n++) {
        const bytes = nextBytes(codeBits, random);
        const d = decode((i) => bytes[i] ?? -1, IP, { codeBits, protectedMode: true });
        const ours = "fault" in d ? undefined : d;
        const decoder = new Decoder(codeBits, bytes, 0);
        decoder.ip = IP;
        const theirs = decoder.decode();
        const mnemonic = (Mnemonic[theirs.mnemonic] as string).toUpperCase();
        // What we have no row for is no difference.
        if (ours || NAMES.has(mnemonic)) {
          compared++;
          if (ours) valid++;
          const a = ours ? describeOurs(ours) : "invalid";
          const b = mnemonic === "INVALID" ? "invalid" : describeIced(theirs, codeBits, ours);
          if (a !== b) {
            const reason = ICED_DIFFERENCES.find((x) =>
              x.applies({ codeBits, bytes, ours, mnemonic, length: theirs.length }),
            );
            if (reason) justified.set(reason.name, (justified.get(reason.name) ?? 0) + 1);
            else
              different.push(
                `${Buffer.from(bytes).toString("hex")}  ours: ${a}  iced: ${b}  (${ours?.encoding.text ?? ""})`,
              );
          }
        }
        theirs.free();
        decoder.free();
      }
      const reasons = [...justified].map(([name, count]) => `${count} ${name}`).join(", ");
      console.log(
        `decoder, ${codeBits}-bit: ${compared} compared (${valid} valid), ${different.length} different, justified: ${reasons || "none"}; seed ${SEED}`,
      );
      expect(different.slice(0, 25)).toEqual([]);
    });
  }
});

test("F3 0F BC is BSF, as BMI1's TZCNT is not claimed; F3 0F BD is LZCNT, which is", () => {
  const named = (hex: string) => {
    const bytes = Buffer.from(hex, "hex");
    const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits: 32, protectedMode: true });
    return "row" in d ? d.row.name : d.fault;
  };
  expect([named("f30fbcc1"), named("f30fbdc1"), named("0fbdc1")]).toEqual(["BSF", "LZCNT", "BSR"]);
});
