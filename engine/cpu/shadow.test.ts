// The instruction behind STI and MOV SS: no interrupt comes before it (AMD APM vol. 3, STI, MOV), and the shadow that says so
// is in the state at that moment alone, whichever way the code is run and wherever it stops.
import { expect, test } from "vitest";
import * as at from "./layout.ts";
import { PAGE, PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CR0_PG, SHADOW_STI } from "./registers.ts";
import { CS } from "./segments.ts";
import { nothingAround } from "./testsurroundings.ts";

const WAYS = ["careful", "one by one", "sequences", "translated"] as const;
type Way = (typeof WAYS)[number];

const TURNS = 8;
/** mov cx, TURNS; again: sti; nop; cli; sti; inc bx; cli; mov ss, ax; inc dx; inc si; loop again; hlt */
const CODE = [0xb9, TURNS, 0, 0xfb, 0x90, 0xfa, 0xfb, 0x43, 0xfa, 0x8e, 0xd0, 0x42, 0x46, 0xe2, 0xf4, 0xf4];
const TICKS = 1 + TURNS * 10 + 1;
/** Vector 20h: pop di; push di (where it was interrupted); add bp, di; iret */
const HANDLER = [0x5f, 0x57, 0x01, 0xfd, 0xcf];

/** Starts the program at 0000:1000 in real mode, with its handler at 0000:2000, as often as it is called. */
function starter(way: Way): () => Processor {
  const map = new PhysicalMap(1 << 20, 1);
  const p: Processor = new Processor(map, {
    ...nothingAround,
    acknowledgeInterrupt() {
      p.setInterrupt(false);
      return 0x20;
    },
  });
  map.load(0x1000, Uint8Array.from(CODE));
  map.load(0x2000, Uint8Array.from(HANDLER));
  map.load(0x80, Uint8Array.of(0, 0x20, 0, 0));
  p.segments.set(1, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
  p.ip = 0x1000;
  p.setRegister(4, 16, 0x8000);
  p.restored();
  p.careful = way === "careful";
  p.eager = way === "sequences";
  p.translating = way === "translated";
  const start = p.state.slice();
  return () => {
    p.state.set(start);
    p.registersAssigned();
    return p;
  };
}

/** Of the program as it is after each tick, one instruction at a time. */
function step(): string[] {
  const p = starter("careful")();
  const states: string[] = [];
  for (let tick = 1; tick <= TICKS; tick++) {
    p.run(1);
    states.push(Buffer.from(p.state).toString("latin1"));
  }
  return states;
}

test("after any number of ticks in one piece the state is that of as many single steps", () => {
  const expected = step();
  for (const way of WAYS) {
    const start = starter(way);
    for (let tick = 1; tick <= TICKS; tick++) {
      const p = start();
      p.run(tick);
      expect([way, tick, Buffer.from(p.state).toString("latin1") === expected[tick - 1]]).toEqual([way, tick, true]);
    }
  }
});

test("an interrupt that comes at any tick is taken behind the instruction behind STI, at the same place in every way", () => {
  const starters = WAYS.map(starter);
  const offsets = new Set<number>();
  for (let tick = 1; tick < TICKS - 10; tick++) {
    const seen = starters.map((start) => {
      const p = start();
      p.run(tick);
      p.setInterrupt(true);
      p.run(TICKS + 10);
      return p.register(5, 16) - 0x1000;
    });
    expect([tick, ...seen]).toEqual([tick, ...WAYS.map(() => seen[0])]);
    offsets.add(seen[0] as number);
  }
  // Before the first CLI and before the second, never before what is behind STI.
  expect([...offsets].sort()).toEqual([5, 8]);
});

test.each(WAYS.slice(1))(
  "%s: a run that is stopped as the instruction behind STI is looked for stops in its shadow",
  (way) => {
    const map = new PhysicalMap(1 << 20, 1);
    const p = new Processor(map, nothingAround);
    const [directory, table, code] = [0x8000, 0x200000, 0x4000];
    map.write(directory, table | 0x63, 4);
    // The page table is a device's: page 3 is there, asking for page 4 stops the run.
    map.devices = {
      read(address) {
        const page = (address - table) / 4;
        if (page === code / PAGE) p.attention();
        return page < code / PAGE ? (page * PAGE) | 0x63 : 0;
      },
      write() {},
    };
    map.load(code - 2, Uint8Array.of(0x90, 0xfb)); // nop; sti
    p.setControl(3, directory);
    p.setControl(0, 0x11 | CR0_PG);
    p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xc09b });
    p.ip = code - 2;
    p.restored();
    p.eager = way === "sequences";
    p.translating = way === "translated";
    expect([p.run(10), p.executed, p.ip]).toEqual(["attention", 2, code]);
    expect(p.view.getUint32(at.SHADOW, true)).toBe(SHADOW_STI);
  },
);
