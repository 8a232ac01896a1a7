import { expect, test } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CR4_PGE } from "./registers.ts";
import { nothingAround } from "./testsurroundings.ts";

const PAGE = 0x1000;
const DIRECTORIES = [0x10000, 0x20000] as const;

/** No paging; or two page directories that map memory to itself but for the page at 4000h, which the second has at 5000h. */
type Pages = "none" | "two" | "two, global";

/** What 32-bit code is left with that begins at `at` in a flat segment, run in slices of `slice` ticks until it halts. */
function run(at: number, bytes: readonly number[], slice: number, careful: boolean, pages: Pages) {
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  map.load(at, Uint8Array.from(bytes));
  for (const segment of [0, 1, 2, 3])
    p.segments.set(segment, {
      selector: 8,
      base: 0,
      limit: 0xffffffff,
      attributes: segment === 1 ? 0xc09b : 0xc093,
    });
  for (const [n, directory] of DIRECTORIES.entries()) {
    const entry = (where: number, value: number) =>
      map.load(where, Uint8Array.from([value, value >> 8, value >> 16, 0]));
    const flags = pages === "two, global" ? 0x103 : 3;
    entry(directory, (directory + PAGE) | 3);
    for (let page = 0; page < 256; page++) entry(directory + PAGE + 4 * page, (page * PAGE) | flags);
    if (n === 1) entry(directory + PAGE + 4 * 4, 0x5000 | flags);
  }
  p.setControl(4, CR4_PGE);
  p.setControl(3, DIRECTORIES[0]);
  p.setControl(0, pages === "none" ? 0x11 : 0x80000011);
  p.setRegister(1, 100);
  p.setRegister(2, DIRECTORIES[1]);
  p.setRegister(6, DIRECTORIES[0]);
  p.setRegister(4, 0x8000);
  p.ip = at;
  p.careful = careful;
  p.restored();
  let ticks = 0;
  for (let calls = 0; calls < 10_000; calls++) {
    const stop = p.run(slice);
    ticks += p.executed;
    if (stop === "halted") break;
  }
  const memory = Buffer.concat([p.state, map.peek(0, 0x9000)]).toString("latin1");
  return { ticks, eax: p.register(0), ebx: p.register(3), ecx: p.register(1), memory };
}

function expectSame(at: number, bytes: readonly number[], pages: Pages = "none") {
  const careful = run(at, bytes, 100_000, true, pages);
  for (const slice of [100_000, 1, 2, 3, 7])
    expect(run(at, bytes, slice, false, pages), `slices of ${slice}`).toEqual(careful);
  return careful;
}

test("an instruction in two pages whose second half a loop adds to is read anew each time", () => {
  // again: add byte [4001h], 1; mov eax, 0 (at 3FFEh); add ebx, eax; loop again; hlt
  const code = [0x80, 0x05, 1, 0x40, 0, 0, 1, 0xb8, 0, 0, 0, 0, 0x01, 0xc3, 0xe2, 0xf0, 0xf4];
  const sum = Array.from({ length: 100 }, (_, i) => (i + 1) * 0x10000).reduce((a, b) => a + b, 0);
  expect(expectSame(0x3ff7, code)).toMatchObject({ ticks: 401, ebx: sum, ecx: 0 });
});

test("one whose first half becomes another instruction is that one", () => {
  // again: xor byte [3FFEh], BDh, which makes MOV EAX of ADD EAX and back; mov eax, 5 (at 3FFEh); loop again; hlt
  const code = [0x80, 0x35, 0xfe, 0x3f, 0, 0, 0xbd, 0xb8, 5, 0, 0, 0, 0xe2, 0xf2, 0xf4];
  expect(expectSame(0x3ff7, code)).toMatchObject({ ticks: 301, eax: 5, ecx: 0 });
});

test("one whose second page becomes another one is what that page makes of it", () => {
  // again: mov cr3, edx; xchg edx, esi; mov eax, 1 (at 3FFEh; 2 by the other directory); add ebx, eax; loop again; hlt
  const code = [0x0f, 0x22, 0xda, 0x87, 0xd6, 0xb8, 1, 0, 0, 0, 0x01, 0xc3, 0xe2, 0xf2, 0xf4];
  const page = 0x5000 - 0x3ff9;
  const other = [0, 0, 0, 0x01, 0xc3, 0xe2, 0xf2, 0xf4];
  const bytes = [...code, ...new Array(page - code.length).fill(0x90), ...other];
  // The immediate's lowest byte is in the first page: another one in the second page counts.
  bytes[page] = 2;
  expect(expectSame(0x3ff9, bytes, "two")).toMatchObject({ ticks: 501, ebx: 50 * 1 + 50 * 0x201, ecx: 0 });
});

test.each([
  { pages: "two", ebx: 50 * 3 + 50 * 0x300 },
  // Loading CR3 leaves what the TLB has of global pages: the page that was met first stays.
  { pages: "two, global", ebx: 100 * 0x300 },
] as const)("calls into a page that each load of CR3 changes go where it is now: $pages", ({ pages, ebx }) => {
  // again: mov cr3, edx; xchg edx, esi; call 4100h; mov eax, 4100h; call eax; call eax; loop again; hlt
  const code = [0x0f, 0x22, 0xda, 0x87, 0xd6, 0xe8, 0xf6, 0x10, 0, 0, 0xb8, 0x00, 0x41, 0, 0];
  const loop = [0xff, 0xd0, 0xff, 0xd0, 0xe2, 0xeb, 0xf4];
  // At 4100h and 5100h: add ebx, 1 or 100h; ret
  const bytes: number[] = new Array(0x2107).fill(0x90);
  bytes.splice(0, code.length + loop.length, ...code, ...loop);
  bytes.splice(0x1100, 7, 0x81, 0xc3, 1, 0, 0, 0, 0xc3);
  bytes.splice(0x2100, 7, 0x81, 0xc3, 0, 1, 0, 0, 0xc3);
  expect(expectSame(0x3000, bytes, pages)).toMatchObject({ ticks: 100 * 13 + 1, ebx, ecx: 0 });
});

test("a repeated store in two pages that reaches its own second byte ends there", () => {
  // mov edi, 3FF0h; mov ecx, 20h; mov al, F4h; rep stosb at 3FFFh: its second byte becomes HLT
  const code = [0xbf, 0xf0, 0x3f, 0, 0, 0xb9, 0x20, 0, 0, 0, 0xb0, 0xf4, 0x90, 0xf3, 0xaa, 0xf4];
  expectSame(0x3ff2, code);
});
