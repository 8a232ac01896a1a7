// Lesson 3's programs on a processor that is not ours: QEMU, with SeaBIOS, ends each where our machine does, and every
// attempt on a privilege check has the same exception and error code there. Skipped where QEMU is not installed.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBench, type Workbench } from "../../engine/index.ts";
import { loadLab, readFiles } from "../../labs/folders.ts";

const QEMU = "qemu-system-x86_64";
const isInstalled = spawnSync(QEMU, ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "ring-modes-"));
afterAll(() => rmSync(folder, { recursive: true }));
let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});

const lesson = readFileSync(new URL("../../lessons/03-modes-and-privilege/index.mdx", import.meta.url), "utf8");

/** The image of a source of the lesson, or of a lab's solution. */
async function imageOf(name: string): Promise<Uint8Array> {
  const floppy = new Uint8Array(1_474_560);
  const block = new RegExp(`^\`\`\`asm cell=${name} .*\n([\\s\\S]*?)^\`\`\``, "m").exec(lesson)?.[1];
  if (block !== undefined) {
    floppy.set(bench.assemble(block, { file: `${name}.S`, origin: 0x7c00, codeBits: 16 }).bytes);
    return floppy;
  }
  const lab = await loadLab(name);
  const { text, request } = lab.source(readFiles(lab, "solution"));
  floppy.set(bench.assemble(text, request).bytes);
  return floppy;
}

/** Boots an image in QEMU; `ask`: commands of its monitor, whose answers come back. */
function inQemu(name: string, image: Uint8Array, ask: readonly string[]): Promise<string> {
  const disk = join(folder, `${name}.img`);
  writeFileSync(disk, image);
  const args = [
    "-display",
    "none",
    "-monitor",
    "stdio",
    "-cpu",
    "max",
    "-m",
    "16",
    "-drive",
    `format=raw,if=floppy,file=${disk}`,
  ];
  const qemu = spawn(QEMU, args, { stdio: ["pipe", "pipe", "ignore"] });
  let told = "";
  qemu.stdout.on("data", (bytes) => {
    told += bytes;
  });
  // QEMU runs in real time: SeaBIOS needs a second, and a busy host some more.
  setTimeout(() => qemu.stdin.end(`${[...ask, "info registers", "q"].join("\n")}\n`), 5000);
  return new Promise((resolve) => qemu.on("close", () => resolve(told)));
}

const cases: readonly { name: string; ask: readonly string[]; says: readonly RegExp[] }[] = [
  {
    name: "03-real-to-protected",
    ask: ["xp /1wx 0x280000"],
    says: [/: 0x0032c0de/, /CS =0008 00000000 ffffffff/, /CPL=0/, /HLT=1/],
  },
  {
    name: "03-protected-to-long",
    ask: ["xp /1gx 0x6000"],
    says: [/: 0x1122334455667788/, /CS =0018/, /CS64/, /EFER=0000000000000500/, /HLT=1/],
  },
  {
    name: "03-ring-3-and-back",
    ask: ["xp /3gx 0x8080"],
    says: [
      /0x0000000000000001 0x0000000000000001/,
      /8090: 0x0000000000000001/,
      /CPL=3/,
      /CS =002b/,
      /RSP=0000000000080000/,
    ],
  },
  { name: "doors", ask: [], says: [/CPL=3/, /CS =001b/, /(ESP|RSP)=0*b000\b/] },
];

test.skipIf(!isInstalled)(
  "QEMU ends the labs' solutions and the lesson's doors where they shall end",
  { timeout: 60_000, retry: 2 },
  async () => {
    const ends = cases.map(async ({ name, ask, says }) => {
      const told = await inQemu(name, await imageOf(name), ask);
      for (const one of says) expect(told, name).toMatch(one);
    });
    await Promise.all(ends);
  },
);

test.skipIf(!isInstalled)(
  "every attempt of the lesson has the same exception and error code in QEMU",
  { timeout: 60_000, retry: 2 },
  async () => {
    const image = await imageOf("attempts");
    const machine = bench.powerOn({ floppies: [image], stopOnTripleFault: true });
    machine.run({ address: 0x7c00 });
    while (machine.status().reason.kind !== "halt" || !(machine.status().reason as { forever?: boolean }).forever) {
      machine.run({ ticks: 2_000_000 });
    }
    const attempts = [...lesson.matchAll(/^ +try [03]; (.*)/gm)].map(([, what]) => what);
    expect(attempts.length).toBeGreaterThan(40);
    const log = join(folder, "log");
    await inQemu("attempts", image, [`pmemsave 0xa000 ${8 * attempts.length} "${log}"`]);
    const outcomes = (bytes: Uint8Array) => {
      const words = new DataView(bytes.buffer, bytes.byteOffset);
      return attempts.map((what, i) => [what, words.getUint32(8 * i, true), words.getUint32(8 * i + 4, true)]);
    };
    const ours = outcomes(machine.readMemory("physical", 0xa000, 8 * attempts.length));
    // QEMU does not look whether a segment may be used (AMD APM vol. 2, 4.5.1: a null selector's may not).
    const uses = ({ 0: what }: (string | number)[]) => String(what).includes("mov 0, %al");
    expect(ours.filter(uses).map(([, ...outcome]) => outcome)).toEqual([
      [13, 0],
      [13, 0],
    ]);
    expect(outcomes(readFileSync(log)).filter((one) => !uses(one))).toEqual(ours.filter((one) => !uses(one)));
  },
);
