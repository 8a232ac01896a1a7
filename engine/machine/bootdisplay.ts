/**
 * The display as a boot loader hands it to a kernel: the text screen that firmware left, or a linear mode that the loader
 * sets where a kernel asks for one.
 *
 * Source: Multiboot Specification 0.6.96, 3.1.4 and 3.3; QEMU, docs/specs/standard-vga.rst.
 */
import type { FrameBuffer, WantedMode } from "./kernel.ts";
import type { Pc } from "./pc.ts";

const INDEX = 0x1ce;
const DATA = 0x1cf;
/** DISPI registers. */
const [XRES, YRES, BPP, ENABLE] = [1, 2, 3, 4];
const LINEAR = 0x41;
const MEMORY = 16 * 2 ** 20;
const FIELDS: Readonly<Record<number, readonly number[]>> = {
  15: [10, 5, 5, 5, 0, 5],
  16: [11, 5, 5, 6, 0, 5],
  24: [16, 8, 8, 8, 0, 8],
  32: [16, 8, 8, 8, 0, 8],
};

/** Sets the mode; undefined where the machine has no display adapter. */
export function showMode(pc: Pc, wanted: WantedMode): FrameBuffer | undefined {
  const { configuration, board } = pc;
  if (configuration.display === "none") return undefined;
  const linear = wanted.isText ? undefined : linearMode(pc, wanted);
  if (linear !== undefined) return linear;
  const { columns, rows } = board.vga.textScreen();
  return { address: 0xb8000, pitch: 2 * columns, width: columns, height: rows, depth: 16, type: 2, fields: [] };
}

function linearMode(pc: Pc, wanted: WantedMode): FrameBuffer | undefined {
  const address = framebufferAddress(pc);
  if (address === 0) return undefined;
  let [width, height] = [wanted.width || 1024, wanted.height || 768];
  const depth = wanted.depth in FIELDS ? wanted.depth : 32;
  const bytes = (depth + 1) >> 3;
  if (width > 2560 || height > 1600 || width * height * bytes > MEMORY) [width, height] = [1024, 768];
  width &= ~7;
  const set = (index: number, value: number) => {
    pc.ports.write(INDEX, index, 2);
    pc.ports.write(DATA, value, 2);
  };
  set(ENABLE, 0);
  set(XRES, width);
  set(YRES, height);
  set(BPP, depth);
  set(ENABLE, LINEAR);
  return { address, pitch: width * bytes, width, height, depth, type: 1, fields: FIELDS[depth] as readonly number[] };
}

/** BAR 0 of 00:02.0, where firmware put it. */
function framebufferAddress(pc: Pc): number {
  pc.ports.write(0xcf8, 0x80001010, 4);
  return (pc.ports.read(0xcfc, 4) & ~0xf) >>> 0;
}
