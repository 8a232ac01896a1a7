import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { assembleSource } from "../machine/assembling.ts";

const ring = fileURLToPath(new URL("./ring.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ring-"));

/** A floppy with `source` in its boot sector; answers its path. */
function floppy(name: string, source: string): string {
  const { bytes, diagnostics } = assembleSource(source, { file: name, origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const path = join(folder, name);
  writeFileSync(path, sector);
  return path;
}

function run(args: readonly string[], input = ""): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [ring, ...args]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (status) => resolve({ status, out, err }));
    child.stdin.end(input);
  });
}

const EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=1"];

/** Prints what arrives on COM1 in upper case on COM1, until `q`; then leaves with status (3 << 1) | 1. */
const ECHO = floppy(
  "echo.img",
  `
wait:   mov   $0x3fd, %dx
        in    %dx, %al
        test  $1, %al
        jz    wait
        mov   $0x3f8, %dx
        in    %dx, %al
        cmp   $'q', %al
        je    done
        and   $0xdf, %al
        out   %al, %dx
        jmp   wait
done:   mov   $3, %al
        out   %al, $0xf4
`,
);

test("standard input goes to COM1, COM1 to standard output, isa-debug-exit is the status", async () => {
  const got = await run(["-fda", ECHO, "-serial", "stdio", "-display", "none", ...EXIT], "hello q");
  expect(got).toEqual({ status: 7, out: "HELLO\0", err: "" });
}, 60_000);

test("a serial line over TCP: what the test's own server says comes back in upper case", async () => {
  let heard = "";
  const server = createServer((socket) => {
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      if (heard === "OVERTCP") socket.write("q");
    });
    socket.write("overtcp");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const got = await run(["-fda", ECHO, "-serial", `tcp:127.0.0.1:${port}`, "-display", "none", "-nodefaults", ...EXIT]);
  server.close();
  expect(got).toEqual({ status: 7, out: "", err: "" });
}, 60_000);

test("the monitor: -S waits for cont, Ctrl-A c goes there and back, x shows the reset vector, Ctrl-A x quits", async () => {
  const typed =
    "\x01cinfo status\ninfo registers\nx /5xb 0xfffffff0\nxp /1i 0x7c00\nstpo\nmouse_move 1\nmouse_move 10 -3 1\nmouse_button 5\ncont\n\x01cab\x01x";
  const got = await run(["-S", "-nographic", "-fda", ECHO], typed);
  expect(got.status).toBe(0);
  expect(got.out).toContain("(qemu) info status\r\nVM status: paused, tick 0\r\n");
  expect(got.out).toMatch(/EIP=0000fff0 EFL=00000002 CPL=0\r\n[\s\S]*CS =f000 ffff0000 0000ffff/);
  expect(got.out).toContain("00000000fffffff0: 0xea");
  expect(got.out).toContain("unknown command: 'stpo'; the nearest is stop");
  expect(got.out).toContain("mouse_move 1: expected counts to the right and down");
  expect(got.out).toContain("mouse_move 10 -3 1\r\n(qemu) mouse_button 5\r\n(qemu) cont\r\n");
}, 60_000);

test("snapshot=off keeps what the guest wrote, and nothing else does", async () => {
  const disk = join(folder, "disk.img");
  const other = join(folder, "other.img");
  for (const path of [disk, other]) writeFileSync(path, new Uint8Array(1 << 20));
  // Writes sector 0 of hda and of hdb, each by one command of PIO.
  const drive = (select: number) => `
        mov   $0x1f6, %dx
        mov   $${select}, %al
        out   %al, %dx
        mov   $0x1f2, %dx
        mov   $1, %al
        out   %al, %dx
        inc   %dx
        xor   %al, %al
        out   %al, %dx
        inc   %dx
        out   %al, %dx
        inc   %dx
        out   %al, %dx
        mov   $0x1f7, %dx
        mov   $0x30, %al
        out   %al, %dx
1:      in    %dx, %al
        and   $0x88, %al
        cmp   $0x08, %al
        jne   1b
        mov   $0x1f0, %dx
        mov   $256, %cx
        mov   $0x5a5a, %ax
2:      out   %ax, %dx
        loop  2b
        mov   $0x1f7, %dx
3:      in    %dx, %al
        test  $0x80, %al
        jnz   3b
  `;
  const writer = floppy("writer.img", `cli\n${drive(0xe0)}\n${drive(0xf0)}\nmov $0, %al\nout %al, $0xf4`);
  const disks = ["-drive", `file=${disk},format=raw,snapshot=off`, "-drive", `file=${other},format=raw`];
  const got = await run(["-fda", writer, "-boot", "a", ...disks, "-display", "none", ...EXIT]);
  expect(got).toEqual({ status: 1, out: "", err: "" });
  expect(new Set(readFileSync(disk).subarray(0, 512))).toEqual(new Set([0x5a]));
  expect(readFileSync(disk)[512]).toBe(0);
  expect(readFileSync(other)[0]).toBe(0);
}, 60_000);

test("-no-reboot ends with 0 at a triple fault; -d cpu_reset and int tell of it in -D's file", async () => {
  const image = floppy("fault.img", "lidt none\n int3\nnone: .word 0\n .long 0");
  const log = join(folder, "log");
  const got = await run(["-fda", image, "-display", "none", "-no-reboot", "-d", "int,cpu_reset", "-D", log]);
  expect(got).toEqual({ status: 0, out: "", err: "" });
  const text = readFileSync(log, "utf8");
  expect(text).toContain("v=13");
  expect(text).toContain("Triple fault:");
}, 60_000);

test("--screenshot, --hash, --stats and -display text at the end of --max-ticks", async () => {
  const image = floppy("x.img", "mov $0x0e58, %ax\n mov $7, %bx\n int $0x10\n1: hlt\n jmp 1b");
  const png = join(folder, "x.png");
  const args = ["-fda", image, "-display", "text", "--max-ticks", "20000000", "--screenshot", png, "--hash", "--stats"];
  const got = await run(args);
  expect(got.status).toBe(0);
  expect(got.out).toMatch(/Booting from floppy A\nX\n[\s\S]*[0-9a-f]{64}\n$/);
  expect(got.err).toMatch(/^[\d,]+ instructions, [\d.]+ s, [\d.]+ MIPS, tick 20,000,000\n$/);
  const bytes = readFileSync(png);
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([720, 400]);
  const pixels = inflateSync(bytes.subarray(41, bytes.length - 16));
  expect(pixels.length).toBe(400 * (1 + 720 * 3));
  expect(pixels.includes(0xaa)).toBe(true);
}, 60_000);

test("files that are missing, empty or too large are named with what was expected", async () => {
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "large"), new Uint8Array(3_000_000));
  writeFileSync(join(folder, "noelf"), "hello");
  const missing = await run(["-fda", join(folder, "nowhere")]);
  expect(missing).toMatchObject({ status: 1, out: "" });
  expect(missing.err).toMatch(
    /^ring: -fda .*nowhere: there is no such file; expected an image of at most 2,880 KiB\n$/,
  );
  expect((await run(["-fda", join(folder, "empty")])).err).toContain("is empty; expected an image");
  expect((await run(["-fda", join(folder, "large")])).err).toContain("3,000,000 bytes are too many; expected");
  expect((await run(["-kernel", join(folder, "noelf")])).err).toContain(
    "byte 0: expected Linux's header, a Multiboot header",
  );
  expect((await run(["-bios", ECHO])).err).toContain("is 512 bytes long; expected: A ROM image of 64");
}, 60_000);
