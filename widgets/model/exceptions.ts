// The processor's own vectors, 0 to 31: names, kinds, error codes. Sources: AMD APM vol. 2, 8.1 and 8.2, tables 8-1 and
// 8-2; vector 20 (#VE): Intel SDM vol. 3A, 7.15.

/** What the saved instruction pointer points to: at a fault the instruction itself, at a trap the next one. */
export type ExceptionClass = "fault" | "trap" | "fault or trap" | "abort" | "interrupt";

export interface Exception {
  readonly vector: number;
  /** "#PF"; NMI has none with a #. */
  readonly mnemonic: string;
  readonly name: string;
  readonly class: ExceptionClass;
  /** What the error code says; absent where none is pushed. */
  readonly errorCode?: "zero" | "selector" | "page" | "control";
}

const rows: readonly (readonly [number, string, string, ExceptionClass, Exception["errorCode"]?])[] = [
  [0, "#DE", "divide error", "fault"],
  [1, "#DB", "debug", "fault or trap"],
  [2, "NMI", "non-maskable interrupt", "interrupt"],
  [3, "#BP", "breakpoint", "trap"],
  [4, "#OF", "overflow", "trap"],
  [5, "#BR", "bound range", "fault"],
  [6, "#UD", "invalid opcode", "fault"],
  [7, "#NM", "device not available", "fault"],
  [8, "#DF", "double fault", "abort", "zero"],
  [10, "#TS", "invalid TSS", "fault", "selector"],
  [11, "#NP", "segment not present", "fault", "selector"],
  [12, "#SS", "stack", "fault", "selector"],
  [13, "#GP", "general protection", "fault", "selector"],
  [14, "#PF", "page fault", "fault", "page"],
  [16, "#MF", "x87 floating point", "fault"],
  [17, "#AC", "alignment check", "fault", "zero"],
  [18, "#MC", "machine check", "abort"],
  [19, "#XF", "SIMD floating point", "fault"],
  [20, "#VE", "virtualization exception", "fault"],
  [21, "#CP", "control protection", "fault", "control"],
];

export const exceptions: readonly Exception[] = rows.map(([vector, mnemonic, name, kind, errorCode]) => ({
  vector,
  mnemonic,
  name,
  class: kind,
  ...(errorCode && { errorCode }),
}));

/** The exception of that vector, where it is one of the processor's own. */
export function exceptionOf(vector: number): Exception | undefined {
  return exceptions.find((one) => one.vector === vector);
}

/** A field of an error code, as the manual names it, and what it says. */
export interface ErrorCodePart {
  readonly name: string;
  readonly value: string;
  readonly says: string;
}

const pageBits = [
  ["P", "no page is there", "the page is present: it was not allowed"],
  ["R/W", "a read", "a write"],
  ["U/S", "by the supervisor (CPL below 3)", "by a user (CPL 3)"],
  ["RSV", "", "a reserved bit of an entry is 1"],
  ["I/D", "", "an instruction fetch"],
  ["PK", "", "a protection key forbade it"],
  ["SS", "", "a shadow-stack access"],
] as const;

/** What an error code of `vector` says. Source: AMD APM vol. 2, 8.4.1 "Selector-Error Code", 8.4.2 "Page-Fault Error Code". */
export function decodeErrorCode(vector: number, code: number): readonly ErrorCodePart[] {
  const kind = exceptionOf(vector)?.errorCode;
  if (kind === "page") {
    return pageBits.flatMap(([name, clear, set], bit) => {
      const on = ((code >> bit) & 1) === 1;
      const says = on ? set : clear;
      return says ? [{ name, value: on ? "1" : "0", says }] : [];
    });
  }
  if (kind === "zero" || (kind === "selector" && code === 0)) {
    return [{ name: "code", value: "0", says: kind === "zero" ? "always 0" : "no selector is to blame" }];
  }
  if (kind === "selector") return decodeSelectorCode(code);
  return [];
}

function decodeSelectorCode(code: number): readonly ErrorCodePart[] {
  const inIdt = (code & 2) !== 0;
  const index = (code >> 3) & 0x1fff;
  const table = inIdt ? "IDT" : code & 4 ? "LDT" : "GDT";
  return [
    { name: "index", value: index.toString(16), says: `entry ${index} of the ${table}` },
    ...(inIdt ? [] : [{ name: "TI", value: code & 4 ? "1" : "0", says: `the table is the ${table}` }]),
    { name: "IDT", value: inIdt ? "1" : "0", says: inIdt ? "a gate of the IDT" : "a segment's selector" },
    {
      name: "EXT",
      value: code & 1 ? "1" : "0",
      says: code & 1 ? "while delivering another event" : "the program itself did it",
    },
  ];
}
