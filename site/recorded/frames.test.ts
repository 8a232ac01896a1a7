import { beforeAll, expect, test } from "vitest";
import { createLocalEngine, type Engine } from "../../engine/index.ts";
import { readControllers } from "../../widgets/model/interrupt-controllers.ts";
import { RecordedReader } from "../../widgets/model/reader.ts";
import { readStack } from "../../widgets/model/stack-frame.ts";
import { AuthorError, addFrames } from "./frames.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createLocalEngine();
});

const boot = `<ring-asm id="boot" data-file="boot.S"><pre><code>        .code16
        mov   $0x0e41, %ax
        int   $0x10
        cli
        hlt
        .org  510
        .byte 0x55, 0xAA</code></pre></ring-asm>`;
const none = { readFile: async () => undefined, listing: async () => undefined };
const record = (html: string) => addFrames(html, "page", engine, none);

test("a machine is recorded where it wakes: its frame as data, its screen, code and registers as text", async () => {
  const html = await record(`${boot}<ring-machine id="m" label="M" floppy="#boot" at="0x7c00"></ring-machine>`);
  const frame = JSON.parse(/class="recorded">(.*?)<\/script>/.exec(html)?.[1] ?? "");
  expect([frame.status.cs, frame.status.ip]).toEqual([0, 0x7c00]);
  expect(frame.disks.map(({ name }: { name: string }) => name)).toEqual(["#boot"]);
  expect(atob(frame.disks[0].bytes).slice(0, 3)).toBe("\xb8\x41\x0e");
  expect(html).toContain("CS:IP = 0000:7C00");
  expect(html).toMatch(/&gt; 0*7c00 {2}mov +\$0xe41,%ax/i);
});

test("what views read is in the frame: a stack with its interrupt's frame, the states of the 8259s", async () => {
  const html = await record(
    `${boot}<ring-machine id="m" floppy="#boot" at="int 0x10"><ring-frame></ring-frame></ring-machine>` +
      `<ring-interrupts machine="m" show="pic"></ring-interrupts>`,
  );
  const frame = JSON.parse(/class="recorded">(.*?)<\/script>/.exec(html)?.[1] ?? "");
  const reader = new RecordedReader(frame);
  const stack = await readStack(reader, frame);
  expect(stack?.frame?.title).toBe("INT 10h");
  expect(stack?.frame?.gate?.address).toBe(0x40);
  const controllers = await readControllers(reader, frame.status.tick);
  expect([controllers?.master?.icw2, controllers?.slave?.icw2]).toEqual([8, 0x70]);
  expect(Object.keys(frame.devices).sort()).toEqual(["i8259.master", "i8259.slave", "ioapic", "lapic.0"]);
});

test("a prediction gets the answer that the machine gives there", async () => {
  const html = await record(
    `${boot}<ring-machine id="m" floppy="#boot" at="0"></ring-machine>` +
      `<ring-predict id="p" machine="m" kind="number" question="What is in AL, in hex?" measure="AL" at="int 0x10"></ring-predict>`,
  );
  expect(html).toContain("What is in AL, in hex?");
  expect(html).toMatch(/What the machine says<\/summary><p><code>/);
});

test("a prediction is measured as a reader's machine comes there: past the firmware's own HLT, if it wakes behind it", async () => {
  const ask = (at: string) =>
    record(
      `${boot}<ring-machine id="m" floppy="#boot" at="${at}"></ring-machine>` +
        `<ring-predict id="p" machine="m" kind="number" measure="EIP" until="halt" question="Where, in hex?"></ring-predict>`,
    );
  expect(await ask("0x7c00")).toContain("<p><code>7c07 (");
  expect(await ask("0")).not.toContain("<p><code>7c07 (");
});

test("a page without machines stays as it is", async () => {
  expect(await record("<p>Nothing here.</p>")).toBe("<p>Nothing here.</p>");
});

test("an author's mistake is named with its page", async () => {
  const machine = '<ring-machine id="m" floppy="#nowhere"></ring-machine>';
  await expect(record(machine)).rejects.toThrow(new AuthorError("page: there is no source #nowhere on the page"));
  await expect(record(`${boot.replace("cli", "clii")}${machine.replace("nowhere", "boot")}`)).rejects.toThrow(
    /^page: boot\.S, line 4: /,
  );
});
