// Debian's gdb attached to `ring -gdb`: a 16-bit boot sector, a 32-bit Multiboot kernel in C, a 64-bit kernel in the upper half.
// Skipped where there is no gdb, or no gcc.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { packetOf } from "../../engine/debug/packets.ts";
import { assembleSource } from "../../engine/machine/assembling.ts";

const ring = fileURLToPath(new URL("../../engine/cli/ring.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "gdb-"));
const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
const withGdb = test.skipIf(!has("gdb"));
/** In the short run, engine/debug/stub.test.ts has the same without gdb. */
const withGdbInFull = test.skipIf(!has("gdb") || !process.env["RING_FULL"]);
const withBoth = test.skipIf(!has("gdb") || !has("gcc"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true });
});

const SYSTEM = ["-display", "none", "-m", "16"];

/** A port that nobody listens at. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

interface Ring {
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<{ status: number | null; out: string; err: string }>;
}

/** A machine that will listen; gdb tries until it does. */
async function start(args: readonly string[]): Promise<Ring> {
  const port = await freePort();
  const child = spawn(process.execPath, [ring, ...SYSTEM, ...args, "-gdb", `tcp:127.0.0.1:${port}`]);
  children.push(child);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  const ended = new Promise<{ status: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (status) => resolve({ status, out, err })),
  );
  return { port, child, ended };
}

/** A connection, as soon as there is one; what comes in by it is waited for and forgotten. */
async function talk(port: number) {
  const dial = () =>
    new Promise<Socket | undefined>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket));
      socket.on("error", () => resolve(undefined));
    });
  let socket = await dial();
  for (let i = 0; i < 600 && socket === undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket = await dial();
  }
  if (socket === undefined) throw new Error("nobody listens");
  let heard = "";
  socket.on("data", (chunk) => (heard += chunk.toString("latin1")));
  const until = async (text: RegExp) => {
    for (let i = 0; i < 800 && !text.test(heard); i++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(heard).toMatch(text);
    heard = "";
  };
  return { socket, until };
}

/** What gdb says to these commands, one string. */
function gdb(port: number, commands: readonly string[], file?: string): Promise<string> {
  const all = [`set tcp connect-timeout 30`, `target remote 127.0.0.1:${port}`, ...commands];
  const args = ["-batch", "-nx", ...(file ? [file] : []), ...all.flatMap((command) => ["-ex", command])];
  return new Promise((resolve) => {
    const child = spawn("gdb", args, { env: { ...process.env, LC_ALL: "C" } });
    children.push(child);
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.stdin.end();
    child.on("close", () => resolve(said));
  });
}

function floppy(name: string, source: string, behind = new Uint8Array(0)): string {
  const { bytes, diagnostics } = assembleSource(source, { file: name, origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const image = new Uint8Array(1474560);
  image.set(bytes);
  image.set([0x55, 0xaa], 510);
  image.set(behind, 512);
  const path = join(folder, name);
  writeFileSync(path, image);
  return path;
}

const C = `
volatile int counter;
__attribute__((noinline)) int add(int a, int b) { counter += a; return a + b; }
__attribute__((noinline)) int depth(int n) { return n == 0 ? add(1, 2) : depth(n - 1) + 1; }
void kmain(void) { for (int i = 0;; i++) counter = depth(i & 3); }
`;

/** The kernel in C, linked at \`text\`; \`start\`: what runs first. */
function kernel(name: string, start: string, flags: readonly string[]): string {
  const [c, s, elf] = [`${name}.c`, `${name}.S`, `${name}.elf`].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  writeFileSync(c, C);
  writeFileSync(s, `${start}\n.section .note.GNU-stack\n`);
  const common = "-O1 -g -fno-pic -no-pie -ffreestanding -nostdlib -fno-stack-protector -fcf-protection=none";
  execFileSync("gcc", [...common.split(" "), ...flags, "-Wl,--build-id=none", "-o", elf, s, c]);
  return elf;
}

const multiboot = () =>
  kernel(
    "k32",
    `.long 0x1badb002, 0, -0x1badb002
     .globl _start
_start: mov $stack + 4096, %esp
     push $0
     call kmain
     .lcomm stack, 4096`,
    ["-m32", "-Wl,-Ttext=0x100000"],
  );

withBoth(
  "a 32-bit kernel by its symbols: break, bt, finish, watch, and back again",
  async () => {
    const elf = multiboot();
    const machine = await start(["-kernel", elf, "-S"]);
    const said = await gdb(
      machine.port,
      [
        ...["break kmain", "continue", "break add", "continue", "continue", "bt", "print a + b"],
        ...["delete", "watch counter", "continue", "stepi", "reverse-continue", "delete", "break depth"],
        ...["reverse-continue", "print n", "reverse-continue", "print n", "reverse-continue", "info registers eip"],
        ...["set architecture i8086", "x/i 0xffff0", "monitor x /1i 0xffff0", "kill"],
      ],
      elf,
    );
    expect(said).toMatch(/Breakpoint 1, kmain \(\)/);
    expect(said).toMatch(/Breakpoint 2, add .*\n/);
    expect(said).toMatch(
      /#0 +add \(a=.*1, b=.*2\).*\n#1 .* in depth \(n=.*0\).*\n#2 .* in depth \(n=.*1\).*\n#3 .* in kmain \(\)/,
    );
    expect(said).toMatch(/\$1 = 3\n/);
    expect(said).toMatch(/Old value = 3\nNew value = 4\n[\s\S]*Old value = 4\nNew value = 3\n/);
    expect(said).toMatch(/\$2 = 0\n[\s\S]*\$3 = 1\n/);
    expect(said).toMatch(/eip +0x[0-9a-f]+ +0x[0-9a-f]+ <depth>/);
    expect(said).toMatch(/0xffff0:\tljmp/);
    expect(said).toMatch(/0x000ffff0: +ljmp/);
    expect(said).not.toMatch(/warning|error|cannot|too long/i);
    expect((await machine.ended).status).toBe(0);
  },
  120_000,
);

// Enters 64-bit mode with 1 GiB pages at 0 and at FFFFFFFF80000000, then jumps there to what was read from sector 2 on.
const LONG = (entry: string) => `
        cli
        xor   %ax, %ax
        mov   %ax, %ds
        mov   %ax, %es
        mov   %ax, %ss
        mov   $0x7000, %sp
        mov   $0x0210, %ax
        mov   $0x8000, %bx
        mov   $2, %cx
        mov   $0, %dh
        int   $0x13
        cld
        mov   $0x1000, %di
        mov   $0x1000, %cx
        xor   %ax, %ax
        rep stosw
        movl  $0x2003, 0x1000
        movl  $0x2003, 0x1ff8
        movl  $0x83, 0x2000
        movl  $0x83, 0x2ff0
        mov   %cr4, %eax
        or    $0x20, %eax
        mov   %eax, %cr4
        mov   $0x1000, %eax
        mov   %eax, %cr3
        mov   $0xc0000080, %ecx
        rdmsr
        or    $0x100, %eax
        wrmsr
        lgdt  gdtr
        mov   %cr0, %eax
        or    $0x80000001, %eax
        mov   %eax, %cr0
        ljmp  $8, $long
        .align 8
gdt:    .quad 0, 0x00209a0000000000, 0x0000920000000000
gdtr:   .word 23
        .long gdt
        .code64
long:   mov   $16, %eax
        mov   %eax, %ds
        mov   %eax, %ss
        mov   %eax, %es
        mov   $0xffffffff80020000, %rsp
        mov   $${entry}, %rax
        jmp   *%rax
`;

withBoth(
  "16- and 64-bit code of one machine: registers of both, a kernel in the upper half, its tables through it",
  async () => {
    const elf = kernel("k64", ".globl _start\n_start: call kmain", [
      "-mcmodel=kernel",
      "-mno-red-zone",
      "-Wl,-Ttext=0xffffffff80008000",
    ]);
    const binary = join(folder, "k64.bin");
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", elf, binary]);
    const image = floppy("k64.img", LONG("0xffffffff80008000"), readFileSync(binary));
    const machine = await start(["-fda", image, "-S"]);
    const said = await gdb(
      machine.port,
      [
        ...[
          "break *0x7c00",
          "continue",
          "info registers",
          "x/i 0x7c00",
          "delete",
          "hbreak depth",
          "continue",
          "continue",
        ],
        ...["bt", "info registers", "x/xg 0xffffffff80001ff8", "x/xg 0x40000000", "set $r9 = 0x1122334455667788"],
        ...["p/x $r9", "set $xmm3.v2_int64[1] = 5", "p $xmm3.v2_int64", "p $cs", "kill"],
      ],
      elf,
    );
    expect(said).toMatch(/Breakpoint 1, 0x0*7c00 in /);
    expect(said).toMatch(/rip +0x7c00 +0x7c00\neflags +0x[0-9a-f]+ +\[.*\]\ncs +0x0 +0\n/);
    expect(said).toMatch(/0x7c00:\tcli/);
    expect(said).toMatch(/#0 +depth \(n=.*\n#1 .* kmain \(\)/);
    expect(said).toMatch(/rip +0xffffffff8000[0-9a-f]+ +0xffffffff8000[0-9a-f]+ <depth>/);
    expect(said).toMatch(/cr0 .*PG.*\n[\s\S]*cr4 +0x20 +\[ PAE \]\n[\s\S]*efer +0x500 +\[ LME LMA \]/);
    expect(said).toMatch(/0xffffffff80001ff8:\t0x0000000000002023/);
    expect(said).toMatch(/0x40000000:\tCannot access memory/);
    expect(said).toMatch(/= 0x1122334455667788\n/);
    expect(said).toMatch(/= \{0, 5\}/);
    expect(said).not.toMatch(/warning|too long/i);
    expect((await machine.ended).status).toBe(0);
  },
  120_000,
);

const LOOP = `
        xor   %ax, %ax
        mov   %ax, %ds
        sti
1:      incl  0x600
        jnz   1b
`;

withGdbInFull(
  "stops, steps, reads and a detach leave the hash of a run without gdb; monitor, threads",
  async () => {
    const image = floppy("loop.img", LOOP);
    const args = ["-fda", image, "-smp", "2", "--max-ticks", "12000000", "--hash"];
    const alone = spawnSync(process.execPath, [ring, ...SYSTEM, ...args], { encoding: "utf8" });
    const machine = await start([...args, "-S"]);
    const said = await gdb(machine.port, [
      ...["info threads", "break *0x7c05", "continue", "info registers", "stepi", "stepi", "continue", "x/32xb 0x7c00"],
      ...["watch *(int*)0x600", "continue", "continue", "thread 2", "info registers rip", "thread 1", "delete"],
      ...["monitor info status", "stepi", "detach"],
    ]);
    expect(said).toMatch(/1 +Thread 1\.1 \(CPU#0 \[running\]\)[\s\S]* 2 +Thread 1\.2 \(CPU#1 \[waiting\]\)/);
    expect(said).toMatch(/VM status: paused/);
    expect(said).toMatch(/Hardware watchpoint 2/);
    expect(await machine.ended).toEqual({ status: 0, out: alone.stdout, err: "" });
  },
  120_000,
);

withGdb(
  "Ctrl-C stops a run; a guest that ends is told with its status",
  async () => {
    const image = floppy("wait.img", `1: cmpb $1, %cs:0x600\n jne 1b\n mov $3, %al\n out %al, $0xf4\n`);
    const exit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=1"];
    const machine = await start(["-fda", image, ...exit]);
    const { socket, until } = await talk(machine.port);
    socket.write("$?#3f");
    await until(/T05thread:01;/);
    socket.write("+$c#63");
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.write(Uint8Array.of(0x2b, 3));
    await until(/T02thread:01;/);
    socket.write(packetOf("M600,1:01"));
    await until(/\$OK#9a/);
    socket.write("+$c#63");
    await until(/W07/);
    expect((await machine.ended).status).toBe(7);
  },
  120_000,
);

test("a port that is taken, and what is no place, are told in one sentence", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const taken = await new Promise<string>((resolve) => {
    const child = spawn(process.execPath, [ring, ...SYSTEM, "-gdb", `tcp:127.0.0.1:${port}`]);
    let err = "";
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (status) => resolve(`${status} ${err}`));
  });
  server.close();
  expect(taken).toMatch(
    new RegExp(`^1 ring: -gdb tcp:127\\.0\\.0\\.1:${port}: .*; expected a free port of this machine\n$`),
  );
  const { status, stderr } = spawnSync(process.execPath, [ring, "-gdb", "file:x"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, "ring: -gdb file:x: expected tcp::PORT, tcp:HOST:PORT, unix:PATH or none\n"]);
});

test("random bytes on the socket, and clients that hang up: the machine goes on, and answers the next", async () => {
  const machine = await start(["-fda", floppy("fuzz.img", LOOP), "-S"]);
  let x = 1;
  const random = () => (x = Math.imul(x, 48271) % 0x7fffffff) >>> 8;
  for (let round = 0; round < (process.env["RING_FULL"] ? 200 : 4); round++) {
    const { socket } = await talk(machine.port);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.write(Uint8Array.from({ length: 3000 }, () => (random() % 4 ? 32 + (random() % 95) : random() & 0xff)));
    socket.write("$c#63$bc#c5$vCont;s#b8$g#67");
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (round % 2) socket.end();
    else socket.destroy();
    await closed;
  }
  const { socket, until } = await talk(machine.port);
  socket.write("$?#3f");
  await until(/^\+\$T0[25]thread:01;#/);
  machine.child.kill();
  expect((await machine.ended).err).toBe("");
}, 120_000);
