/** How a pending x87 exception reaches software: #MF, or FERR# and IGNNE#; and #NM before all else. */
import { expect, test } from "vitest";
import * as at from "../layout.ts";
import { DEFAULT_MODEL } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CS } from "../segments.ts";

const EM = 4;
const TS = 8;
const MP = 2;
const NE = 0x20;
/** FLD1; FLDZ; FDIVP, which divides 1 by 0. */
const DIVIDE_BY_ZERO = "d9 e8 d9 ee de f9";

interface Options {
  readonly cr0: number;
  /** Division by zero is unmasked where not given. */
  readonly control?: number;
  /** IRQ 13's handler at 0000:3000 in hexadecimal. */
  readonly handler?: string;
  readonly acknowledge?: boolean;
}

/** Runs a real-mode program at 0000:1000 with an HLT behind it; exceptions lead to an HLT, INTR to vector 75h. */
function run(hex: string, { cr0, control = 0x37b, handler = "f4", acknowledge = false }: Options) {
  const map = new PhysicalMap(1 << 20, 1);
  const events: string[] = [];
  let ferr = 0;
  const p: Processor = new Processor(
    map,
    {
      portRead: () => 0xff,
      portWrite(port) {
        if (port === 0xf0) p.ignoreNumericError();
      },
      acknowledgeInterrupt() {
        p.setInterrupt(false);
        return 0x75;
      },
      now: () => 0,
      numericError() {
        ferr++;
        p.setInterrupt(acknowledge);
      },
      event(e) {
        if (e.kind === "exception") events.push(`${e.name} at ${e.ip.toString(16)}`);
      },
    },
    0,
    DEFAULT_MODEL,
  );
  const bytes = (text: string) => Uint8Array.from(text.split(" "), (b) => Number.parseInt(b, 16));
  map.load(0x1000, bytes(`${hex} f4`));
  map.load(0x3000, bytes(handler));
  map.ram[0x2000] = 0xf4;
  for (let vector = 0; vector < 32; vector++) map.load(vector * 4, Uint8Array.of(0, 0x20, 0, 0));
  map.load(0x75 * 4, Uint8Array.of(0, 0x30, 0, 0));
  p.segments.set(CS, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
  p.setControl(0, 0x10 | cr0);
  p.flags = 0x202;
  p.ip = 0x1000;
  p.setRegister(4, 0x800);
  p.view.setUint16(at.X87_TAG, 0xffff, true);
  p.x87.setControl(p.cpu, control);
  p.restored();
  p.run(100);
  return { ip: p.ip, events, ferr, status: p.view.getUint16(at.X87_STATUS, true), halted: p.halted };
}

test("an unmasked division by zero changes no register, sets ES and B, and is #MF at the next instruction that waits", () => {
  const { events, status, ferr } = run(`${DIVIDE_BY_ZERO} 90 db e2 d9 e8`, { cr0: NE });
  expect(events).toEqual([]);
  expect(status & 0xbcff).toBe(0x2800); // FNCLEX does not wait; three registers are in use
  expect(run(`${DIVIDE_BY_ZERO} 90 d9 e8`, { cr0: NE }).events).toEqual(["#MF at 1007"]);
  expect(run(`${DIVIDE_BY_ZERO} 9b`, { cr0: NE }).events).toEqual(["#MF at 1006"]);
  expect(run(`${DIVIDE_BY_ZERO} df e0`, { cr0: NE }).status).toBe(0xb084);
  expect(ferr).toBe(0);
});

test("without CR0.NE the processor stands before the waiting instruction, and FERR# asks for an interrupt", () => {
  const { events, ferr, ip, halted } = run(`${DIVIDE_BY_ZERO} d9 e8`, { cr0: 0 });
  expect([events, ferr, ip, halted]).toEqual([[], 1, 0x1006, true]);
});

test("a handler of IRQ 13 that writes port F0h lets the program go on; cleared exceptions come again", () => {
  const dismiss = "31 c0 e6 f0 db e2 cf"; // xor ax, ax; out 0f0h, al; fnclex; iret
  const gone = run(`${DIVIDE_BY_ZERO} d9 e8`, { cr0: 0, handler: dismiss, acknowledge: true });
  expect([gone.ferr, gone.ip, gone.events]).toEqual([1, 0x1009, []]);
  const ignored = run(`${DIVIDE_BY_ZERO} d9 e8 d9 ee`, { cr0: 0, handler: "e6 f0 cf", acknowledge: true });
  expect([ignored.ferr, ignored.ip]).toEqual([1, 0x100b]); // IGNNE# holds while the exception waits
  const twice = run(`${DIVIDE_BY_ZERO} d9 e8 ${DIVIDE_BY_ZERO} d9 e8`, { cr0: 0, handler: dismiss, acknowledge: true });
  expect(twice.ferr).toBe(2);
});

test.each([
  ["d9 e8", EM, "#NM"],
  ["d9 e8", TS, "#NM"],
  ["db e3", TS, "#NM"],
  ["9b", TS, undefined],
  ["9b", TS | MP, "#NM"],
  ["9b", EM, undefined],
  ["d9 e8", MP, undefined],
] as const)("%s with CR0 %i raises %s", (hex, cr0, expected) => {
  expect(run(hex, { cr0: cr0 | NE }).events).toEqual(expected ? [`${expected} at 1000`] : []);
});

test("an exception that FLDCW unmasks waits from then on", () => {
  const { events } = run("d9 e8 d9 ee de f9 d9 2e 20 10 9b 90 90 90 90 90", { cr0: NE, control: 0x37f });
  expect(events).toEqual(["#MF at 100a"]);
});
