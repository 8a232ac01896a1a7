import { expect, test } from "vitest";
import { packetOf } from "./packets.ts";
import { descriptionOf, registersOf } from "./registers.ts";
import { debuggee } from "./testdebuggee.ts";

const COUNTER = `
        xor   %ax, %ax
        mov   %ax, %ds
        mov   %ax, 0x600
1:      incw  0x600
        cmpw  $0, 0x700
        jmp   1b
`;
/** Of COUNTER: the increment, the comparison. */
const [INCREMENT, COMPARISON] = ["7c07", "7c0b"];
const number = (text: string | undefined) => Number.parseInt((text?.match(/../g) ?? []).reverse().join(""), 16);

test("?: signal 5 of processor 0; with multiprocess as p01.01", () => {
  const { ask } = debuggee(COUNTER);
  expect(ask("?")).toEqual(["T05thread:01;"]);
  expect(ask("qSupported:multiprocess+;swbreak+")[0]).toMatch(/PacketSize=4000;.*multiprocess\+.*ReverseStep\+/);
  expect(ask("?")).toEqual(["T05thread:p01.01;"]);
  expect(ask("qC")).toEqual(["QCp01.01"]);
  expect(ask("qfThreadInfo")).toEqual(["mp01.01"]);
});

test("g has the registers of the description, in its order; p 16 is RIP, P changes one", () => {
  const { ask } = debuggee(COUNTER);
  const [all = ""] = ask("g");
  const bits = registersOf(true).reduce((sum, register) => sum + register.bits, 0);
  expect(all.length).toBe(bits / 4);
  expect(number(ask("p10")[0])).toBe(0x7c00);
  expect(ask("P3=78563412ffffffff")).toEqual(["OK"]);
  expect(ask("p3")).toEqual(["7856341200000000"]);
  const names = [...descriptionOf(true).matchAll(/<reg name="(\w+)"/g)].map(([, name]) => name);
  expect(names).toEqual(registersOf(true).map(({ name }) => name));
  expect(
    registersOf(false)
      .map(({ name }) => name)
      .slice(0, 10)
      .join(" "),
  ).toBe("eax ecx edx ebx esp ebp esi edi eip eflags");
});

test("G with what g said changes nothing; one digit less is refused", () => {
  const { ask, machine } = debuggee(COUNTER);
  const before = machine.hash();
  const [all = ""] = ask("g");
  expect(ask(`G${all}`)).toEqual(["OK"]);
  expect(machine.hash()).toBe(before);
  expect(ask(`G${all.slice(1)}`)).toEqual(["E22"]);
});

test("a selector written in real mode moves its base; in protected mode the descriptor is loaded", () => {
  const { ask, machine } = debuggee(COUNTER);
  const ds = registersOf(true)
    .findIndex(({ name }) => name === "ds")
    .toString(16);
  ask(`P${ds}=34120000`);
  expect(machine.registers().segments.find(({ name }) => name === "DS")).toMatchObject({
    selector: 0x1234,
    base: 0x12340,
  });
  machine.writeMemory("physical", 0x1008, Uint8Array.of(0xff, 0xff, 0x78, 0x56, 0x34, 0x92, 0xcf, 0x12));
  for (const [name, value] of [
    ["GDTR.base", 0x1000n],
    ["GDTR.limit", 15n],
    ["CR0", 0x11n],
  ] as const)
    machine.writeRegister(name, value);
  ask(`P${ds}=08000000`);
  const loaded = { selector: 8, base: 0x12345678, limit: 0xffffffff, attributes: 0xc092 };
  expect(machine.registers().segments.find(({ name }) => name === "DS")).toMatchObject(loaded);
  ask(`P${ds}=18000000`);
  expect(machine.registers().segments.find(({ name }) => name === "DS")).toMatchObject(loaded);
});

test("memory: m and M as hex digits, X as bytes; E14 where nothing is or ROM would be written", () => {
  const { ask, stub, heard } = debuggee(COUNTER);
  expect(ask("m7c00,4")).toEqual(["31c08ed8"]);
  expect(ask("M600,2:abcd")).toEqual(["OK"]);
  expect(ask("m600,2")).toEqual(["abcd"]);
  stub.receive(packetOf("X600,3:#$}"));
  expect(heard()).toEqual(["OK"]);
  expect(ask("m600,3")).toEqual(["23247d"]);
  expect(ask("m200000,1")).toEqual(["E14"]);
  expect(ask("m1fffff,2")).toEqual(["E14"]);
  expect(ask("m123456789000,1")).toEqual(["E14"]);
  expect(ask("Mffff0,1:00")).toEqual(["E14"]);
  expect(ask("mffff0,1")[0]).toMatch(/^[0-9a-f]{2}$/);
  expect(ask("mb8000,2")[0]).not.toBe("ffff");
  expect(ask("mfee00020,4")).toEqual(["ffffffff"]);
  for (const packet of ["m", "m0", "m0,g", "m0,100000", "M0,1:", "M0,1", "X0,1:ab"])
    expect(ask(packet)).toEqual(["E22"]);
});

test("paging: linear addresses by the tables, a page that is not there is E14; PhyMemMode reads physical ones", () => {
  const { ask, machine } = debuggee(COUNTER);
  // One 4 MiB page at linear 4 MiB, physical 0.
  machine.writeMemory("physical", 0x1004, Uint8Array.of(0x83, 0, 0, 0));
  for (const [name, value] of [
    ["CR3", 0x1000n],
    ["CR4", 0x10n],
    ["CR0", 0x80000011n],
  ] as const)
    machine.writeRegister(name, value);
  expect(ask("m407c00,4")).toEqual(["31c08ed8"]);
  expect(ask("m7c00,4")).toEqual(["E14"]);
  expect(ask("Qqemu.PhyMemMode:1")).toEqual(["OK"]);
  expect(ask("m7c00,4")).toEqual(["31c08ed8"]);
  expect(ask("qqemu.PhyMemMode")).toEqual(["1"]);
});

test("CR3 written by a debugger counts at once, though the TLB had the page", () => {
  const { ask, machine } = debuggee("1: mov 0x600, %al\n jmp 1b");
  const words = (address: number, ...values: number[]) =>
    machine.writeMemory("physical", address, new Uint8Array(Uint32Array.from(values).buffer));
  // Two directories with a table each; the second has page 0 at 20000h, and both have the code's page 7.
  words(0x10000, 0x11007);
  words(0x11000, 0x7, 0, 0, 0, 0, 0, 0, 0x7007);
  words(0x12000, 0x13007);
  words(0x13000, 0x20007, 0, 0, 0, 0, 0, 0, 0x7007);
  machine.writeMemory("physical", 0x600, Uint8Array.of(0x11));
  machine.writeMemory("physical", 0x20600, Uint8Array.of(0x22));
  const number = (name: string) =>
    registersOf(true)
      .findIndex((each) => each.name === name)
      .toString(16);
  ask(`P${number("ds")}=00000000`);
  ask(`P${number("cr3")}=0000010000000000`);
  ask(`P${number("cr0")}=1100008000000000`);
  ask("s");
  expect(ask("p0")[0]?.slice(0, 2)).toBe("11");
  ask("s");
  ask(`P${number("cr3")}=0020010000000000`);
  ask("s");
  expect(ask("p0")[0]?.slice(0, 2)).toBe("22");
});

test("Z0 and Z1 stop before the instruction, and nothing is written into memory; z0 removes", () => {
  const { ask } = debuggee(COUNTER);
  ask("qSupported:swbreak+;hwbreak+");
  expect(ask(`Z0,${COMPARISON},1`)).toEqual(["OK"]);
  expect(ask("c")).toEqual(["T05thread:01;swbreak:;"]);
  expect(number(ask("p10")[0])).toBe(0x7c0b);
  expect(ask("m7c0b,1")).toEqual(["83"]);
  expect(ask("m600,2")).toEqual(["0100"]);
  expect(ask("vCont;c")).toEqual(["T05thread:01;swbreak:;"]);
  expect(ask("m600,2")).toEqual(["0200"]);
  expect(ask(`z0,${COMPARISON},1`)).toEqual(["OK"]);
  expect(ask(`z0,${COMPARISON},1`)).toEqual(["E02"]);
  expect(ask(`Z1,${INCREMENT},1`)).toEqual(["OK"]);
  expect(ask("c")).toEqual(["T05thread:01;hwbreak:;"]);
  expect(ask("Z5,0,1")).toEqual([""]);
});

test("Z2, Z3, Z4: a store, a load, either; the stop is behind the instruction", () => {
  const { ask } = debuggee(COUNTER);
  ask("Z2,601,1");
  expect(ask("c")).toEqual(["T05thread:01;watch:601;"]);
  expect(number(ask("p10")[0])).toBe(0x7c07);
  ask("z2,601,1");
  ask("Z3,700,4");
  expect(ask("c")).toEqual(["T05thread:01;rwatch:700;"]);
  ask("z3,700,4");
  ask("Z2,700,2");
  ask("Z4,600,2");
  expect(ask("c")).toEqual(["T05thread:01;awatch:600;"]);
  for (const packet of ["Z2,0,0", "Z2,0,1001", "Z2,,1"]) expect(ask(packet)).toEqual(["E22"]);
});

test("s and vCont;s execute one instruction", () => {
  const { ask, machine } = debuggee(COUNTER);
  const before = machine.instructions;
  expect(ask("s")).toEqual(["T05thread:01;"]);
  expect(ask("vCont;s:1;c")).toEqual(["T05thread:01;"]);
  expect(machine.instructions).toBe(before + 2);
  expect(ask("s7c07")).toEqual(["T05thread:01;"]);
  expect(number(ask("p10")[0])).toBe(0x7c0b);
  expect(ask("qqemu.sstep")).toEqual(["0x5"]);
});

test("Ctrl-C, and any packet while it runs, stop it with signal 2", () => {
  const { stub, heard, run, ask } = debuggee(COUNTER);
  for (const bytes of [Uint8Array.of(3), packetOf("g")]) {
    stub.receive(packetOf("c"));
    run(3);
    stub.receive(bytes);
    expect(heard()).toEqual(["T02thread:01;"]);
  }
  expect(ask("?")).toEqual(["T02thread:01;"]);
});

test("a halted machine: a step is over at once, a run is until Ctrl-C", () => {
  const { ask, stub, heard } = debuggee("cli\n hlt\n jmp .");
  ask("s");
  ask("s");
  expect(ask("s")).toEqual(["T05thread:01;"]);
  expect(ask("c")).toEqual([]);
  stub.receive(Uint8Array.of(3));
  expect(heard()).toEqual(["T02thread:01;"]);
});

test("bs and bc: back to the breakpoint passed last, to before the store watched, to the beginning", () => {
  const { ask, machine } = debuggee(COUNTER);
  ask(`Z0,${COMPARISON},1`);
  for (let i = 0; i < 5; i++) ask("c");
  const there = machine.hash();
  ask("c");
  expect(ask("bc")).toEqual(["T05thread:01;"]);
  expect(ask("m600,2")).toEqual(["0500"]);
  expect(machine.hash()).toBe(there);
  ask("s");
  ask("s");
  ask("bs");
  expect(number(ask("p10")[0])).toBe(0x7c10);
  ask("bs");
  expect(machine.hash()).toBe(there);
  ask(`z0,${COMPARISON},1`);
  ask("Z2,600,2");
  expect(ask("bc")).toEqual(["T05thread:01;watch:600;"]);
  expect(number(ask("p10")[0])).toBe(0x7c07);
  expect(ask("m600,2")).toEqual(["0400"]);
  for (let i = 0; i < 4; i++) ask("bc");
  expect(ask("m600,2")).toEqual(["0000"]);
  ask("z2,600,2");
  expect(ask("bc")).toEqual(["T05thread:01;replaylog:begin;"]);
  expect(machine.tick).toBe(0);
  expect(ask("bs")).toEqual(["T05thread:01;replaylog:begin;"]);
});

test("a breakpoint in an interrupt's handler is found on the way back too", () => {
  const { ask, machine } = debuggee(`
        xor   %ax, %ax
        mov   %ax, %ds
        movw  $tick, 0x1c * 4
        mov   %ax, 0x1c * 4 + 2
        sti
1:      hlt
        jmp   1b
tick:   incw  %cs:0x600
        iret
`);
  ask("M600,2:0000");
  ask("Z1,7c11,1");
  for (let i = 0; i < 4; i++) expect(ask("c")).toEqual(["T05thread:01;"]);
  expect(ask("bc")).toEqual(["T05thread:01;"]);
  expect(ask("m600,2")).toEqual(["0200"]);
  expect(number(ask("p10")[0])).toBe(0x7c11);
  expect(machine.guest.events.muted).toBe(false);
});

test("what a debugger changes in the past makes a new future", () => {
  const { ask } = debuggee(COUNTER);
  ask(`Z0,${COMPARISON},1`);
  for (let i = 0; i < 5; i++) ask("c");
  ask("bc");
  ask("M600,2:0001");
  ask("c");
  expect(ask("m600,2")).toEqual(["0101"]);
  ask("bc");
  expect(ask("m600,2")).toEqual(["0001"]);
});

test("who leaves while the machine goes back leaves it where it is, and it says again what happens", () => {
  const { ask, machine, stub, run } = debuggee(COUNTER);
  for (let i = 0; i < 3; i++) ask("s");
  ask("Z0,7c01,1");
  stub.receive(packetOf("bc"));
  run(1);
  stub.gone();
  const { tick } = machine;
  run();
  expect([machine.tick, machine.guest.events.muted, machine.breakpoints.size]).toEqual([tick, false, 0]);
  stub.connected();
  expect(ask("s")).toEqual(["T05thread:01;"]);
});

test("threads: two processors, each with its registers; a step is of the one that was chosen", () => {
  const { ask, machine } = debuggee(COUNTER, { processors: 2 });
  ask("qSupported:multiprocess+");
  expect(ask("qfThreadInfo")).toEqual(["mp01.01,p01.02"]);
  expect(ask("qThreadExtraInfo,p1.2").map(bytesText)).toEqual(["CPU#1 [waiting]"]);
  expect(ask("Hgp1.2")).toEqual(["OK"]);
  expect(number(ask("p10")[0])).not.toBe(0x7c00);
  expect(ask("Hgp1.3")).toEqual(["E22"]);
  expect(ask("Tp1.2")).toEqual(["OK"]);
  expect(ask("T3")).toEqual(["E22"]);
  machine.writeRegister("AX", 7n, 1);
  expect(number(ask("p0")[0])).toBe(7);
  const before = machine.guest.pc.processors.all.map((cpu) => cpu.retired);
  expect(ask("vCont;s:p1.1;c:p1.-1")).toEqual(["T05thread:p01.01;"]);
  expect(machine.guest.pc.processors.all.map((cpu) => cpu.retired)).toEqual([(before[0] ?? 0n) + 1n, before[1]]);
});

test("two awake: a step is one instruction of its processor, and a breakpoint says whose it was", () => {
  // Processor 1 is started at 8000h by INIT and STARTUP messages of the x2APIC: ICR is register 830h.
  const { ask, machine } = debuggee(
    `
        mov   $0x1b, %ecx
        rdmsr
        or    $0xc00, %eax
        wrmsr
        mov   $0x830, %ecx
        mov   $1, %edx
        mov   $0x4500, %eax
        wrmsr
        mov   $0x4608, %eax
        wrmsr
1:      incl  %cs:0x600
        jmp   1b
`,
    { processors: 2 },
  );
  const { all } = machine.guest.pc.processors;
  ask("qSupported:multiprocess+;swbreak+");
  // nop; nop; jmp 8000h
  ask("M8000,4:9090ebfc");
  ask("Z0,8001,1");
  // CS is 800h there: the counter that the debugger sees is another.
  expect(ask("c")).toEqual(["T05thread:p01.02;"]);
  expect(ask("qC")).toEqual(["QCp01.02"]);
  ask("z0,8001,1");
  for (let i = 0; i < 12; i++) {
    const processor = i % 2;
    const before = all.map((cpu) => cpu.retired);
    const ip = all[1]?.readRegister("IP") as bigint;
    expect(ask(`vCont;s:p1.${processor + 1};c:p1.-1`)).toEqual([`T05thread:p01.0${processor + 1};`]);
    expect(all[processor]?.retired).toBe((before[processor] as bigint) + 1n);
    if (processor === 1) expect(all[1]?.readRegister("IP")).toBe([1n, 2n, 0n][Number(ip)]);
  }
});
const bytesText = (hex: string) =>
  String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

test("the monitor's answer comes as O packets, then OK; kill and detach", () => {
  const { ask, machine } = debuggee(COUNTER);
  const [said, ok] = ask(`qRcmd,${Buffer.from("info status").toString("hex")}`);
  expect(bytesText(said?.slice(1) ?? "")).toBe("you said info status\n");
  expect(ok).toBe("OK");
  expect(ask("vKill;1")).toEqual(["OK", "killed"]);
  ask("Z0,7c0b,1");
  const { stub, heard } = { ...debuggee(COUNTER) };
  stub.receive(packetOf("D;1"));
  expect(heard()).toEqual(["OK"]);
  expect(machine.breakpoints.size).toBe(1);
});

test("what is not known is answered empty, a bad sum with -, a packet of 20,000 bytes with E22", () => {
  const { ask, stub, sent } = debuggee(COUNTER);
  for (const packet of ["vMustReplyEmpty", "qSymbol::", "QNonStop:1", "qTStatus", "A", "~", ""])
    expect(ask(packet)).toEqual([""]);
  expect(ask("a".repeat(20_000))).toEqual(["E22"]);
  sent.length = 0;
  stub.receive(Uint8Array.from("$g#00", (c) => c.charCodeAt(0)));
  expect(sent).toEqual([0x2d]);
});

test("twenty stops at random places, with steps, reads and watchpoints, end in the state of a run without any", () => {
  const random = drawsOf(7);
  const program = `
        xor   %ax, %ax
        mov   %ax, %ds
        movw  $tick, 0x1c * 4
        mov   %ax, 0x1c * 4 + 2
        sti
1:      incl  0x600
        pushw 0x600
        popw  0x610
        cmpb  $0, 0x601
        jne   1b
        hlt
        jmp   1b
tick:   incw  0x700
        iret
`;
  const { ask, machine, stub, run, heard } = debuggee(program);
  for (let i = 0; i < 20; i++) {
    const point = ["Z0,7c17,1", "Z2,610,2", "Z4,700,2", "Z1,7c25,1"][random(4)] as string;
    if (random(2)) ask(point);
    stub.receive(packetOf("c"));
    run(random(15));
    if (heard().length === 0) stub.receive(Uint8Array.of(3));
    for (const packet of ["g", "m7c00,200", "m0,1000", "qfThreadInfo"]) ask(packet);
    for (let n = random(30); n > 0; n--) ask("s");
    if (random(3) === 0) ask("bs");
    ask(point.replace("Z", "z"));
  }
  const end = machine.tick + 1_000_000;
  const alone = debuggee(program).machine;
  alone.run({ tick: end });
  machine.run({ tick: end });
  expect(machine.hash()).toBe(alone.hash());
});

test("random bytes, and random packets, never throw; the machine can be used afterwards", () => {
  const random = drawsOf(11);
  const { ask, stub, run, heard } = debuggee(COUNTER);
  const letters = "?gGpPmMXzZHTcsCSbDkvqQ0123456789abcdef,;:=-#$}*\x03+.";
  const words = [
    "vCont;",
    "qXfer:features:read:",
    "Z2,",
    "bc",
    "bs",
    "qRcmd,",
    "P10=",
    "m",
    "Hg",
    "vKill;",
    "qSupported:",
  ];
  for (let i = 0; i < (process.env["RING_FULL"] ? 20_000 : 1500); i++) {
    let text = random(2) ? (words[random(words.length)] as string) : "";
    for (let n = random(20); n > 0; n--) text += letters[random(letters.length)];
    stub.receive(random(3) ? packetOf(text) : Uint8Array.from({ length: random(40) }, () => random(256)));
    run(1);
    heard();
  }
  stub.receive(Uint8Array.of(3));
  stub.connected();
  heard();
  expect(ask("g")[0]?.length).toBe(1216);
}, 120_000);

/** Numbers below a bound, from a seed. */
function drawsOf(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
