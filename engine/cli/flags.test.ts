import { expect, test } from "vitest";
import { readOptions } from "./flags.ts";

const read = (line: string) => readOptions(line.split(" "));

test("a QEMU command line of a kernel's test says what it says there", () => {
  const options = read(
    "-kernel k.elf -append a=b -m 64M -serial stdio -display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04",
  );
  expect(options).toMatchObject({
    kernel: "k.elf",
    append: "a=b",
    memoryMiB: 64,
    serial: [{ kind: "stdio" }],
    display: "none",
    noReboot: true,
    debugExit: { iobase: 0xf4, iosize: 4 },
  });
});

test("-m takes 64, 64M, 3G, 2048k and size=32M, and refuses 0, 4G and words", () => {
  const mib = (size: string) => readOptions(["-m", size]).memoryMiB;
  expect(["64", "64M", "3G", "2048k", "size=32M,slots=2"].map(mib)).toEqual([64, 64, 3072, 2, 32]);
  for (const size of ["0", "4G", "much", "1k"]) expect(() => mib(size)).toThrow(`-m ${size}`);
});

test("-nographic is serial and monitor on this terminal, unless -serial, -monitor or -nodefaults say otherwise", () => {
  const muxed = { kind: "stdio", isMuxed: true };
  expect(read("-nographic")).toMatchObject({ display: "none", isHeadless: true, serial: [muxed] });
  expect(read("-nographic -serial stdio").serial).toEqual([muxed]);
  expect(read("-nographic -monitor none").serial).toEqual([{ kind: "stdio" }]);
  expect(read("-nographic -serial null")).toMatchObject({ serial: [{ kind: "null" }], monitor: { kind: "stdio" } });
  expect(read("-nographic -nodefaults").serial).toEqual([]);
  expect(read("-serial mon:stdio").serial).toEqual([muxed]);
});

test("-serial takes tcp:, unix: and chardev:, to the fourth port; isa-serial has a place", () => {
  const socket = { kind: "socket", at: { host: "localhost", port: 4444 }, listens: true, waits: false };
  expect(read("-serial tcp::4444,server,nowait").serial).toEqual([socket]);
  expect(read("-serial tcp::4444,server=on,wait=off").serial).toEqual([socket]);
  expect(read("-serial tcp:h:1").serial).toEqual([
    { kind: "socket", at: { host: "h", port: 1 }, listens: false, waits: false },
  ]);
  const unix = { kind: "socket", at: { path: "/tmp/s" }, listens: true, waits: true };
  expect(read("-serial unix:/tmp/s,server").serial).toEqual([unix]);
  expect(read("-serial chardev:c -chardev file,id=c,path=x,append=on").serial).toEqual([
    { kind: "file", path: "x", appends: true },
  ]);
  expect(read("-chardev null,id=c -device isa-serial,chardev=c,index=2").serial).toEqual([
    ...[{ kind: "null" }, { kind: "null" }, { kind: "null" }],
  ]);
  expect(() => read("-serial null -serial null -serial null -serial null -serial null")).toThrow("four serial ports");
  expect(() => read("-serial tcp::99999")).toThrow("expected 1 to 65535");
  expect(() => read("-chardev socket,id=c,port=5,server=perhaps")).toThrow("server=perhaps: expected on or off");
  expect(() => read("-serial pty")).toThrow("-serial pty: expected stdio, mon:stdio, null, file:PATH");
});

test("debug consoles: -debugcon at E9h, -global moves it, isa-debugcon with a chardev", () => {
  expect(read("-debugcon stdio").debugConsoles).toEqual([{ iobase: 0xe9, line: { kind: "stdio" } }]);
  const moved = read("-debugcon file:log -global isa-debugcon.iobase=0x402");
  expect(moved.debugConsoles).toEqual([{ iobase: 0x402, line: { kind: "file", path: "log" } }]);
  expect(read("-global driver=isa-debugcon,property=iobase,value=0x402 -debugcon stdio").debugConsoles).toEqual([
    { iobase: 0x402, line: { kind: "stdio" } },
  ]);
  expect(read("-global PIIX4_PM.disable_s3=1").notes).toEqual([expect.stringContaining("has S3 all the same")]);
  read(
    "-global PIIX4_PM.disable_s3=0 -global PIIX4_PM.disable_s4=1 -global VGA.vgamem_mb=16 -global kvm-pit.lost_tick_policy=delay",
  );
  expect(() => read("-global PIIX4_PM.disable_s4=0")).toThrow("expected PIIX4_PM.disable_s4=1");
  expect(() => read("-global e1000.mac=1")).toThrow("is not supported; there is isa-debugcon.iobase, PIIX4_PM");
  const device = read("-chardev stdio,id=c -device isa-debugcon,iobase=0x402,chardev=c");
  expect(device.debugConsoles).toEqual([{ iobase: 0x402, line: { kind: "stdio" } }]);
  expect(() => read("-device isa-debugcon,iobase=0x402,chardev=x")).toThrow("no -chardev with id=x");
});

test("-drive if=floppy is -fda and -fdb; if=ide is -hda to -hdd; others are refused by name", () => {
  const floppy = { path: "x.img", flag: "-drive" };
  expect(read("-drive file=x.img,format=raw,if=floppy,index=1").floppies).toEqual([undefined, floppy]);
  const disk = (path: string, flag: string) => ({ kind: "disk", image: { path, flag } });
  const cd = { kind: "cdrom", image: { path: "c.iso", flag: "-cdrom" } };
  expect(read("-hda a -drive file=b,format=raw -cdrom c.iso -hdd d").drives).toEqual([
    ...[disk("a", "-hda"), disk("b", "-drive"), cd, disk("d", "-hdd")],
  ]);
  expect(read("kernel.img").drives[0]).toEqual(disk("kernel.img", "-hda"));
  expect(read("-drive file=c.iso,media=cdrom").drives[0]).toEqual({
    kind: "cdrom",
    image: { path: "c.iso", flag: "-drive" },
  });
  expect(read("-drive if=ide,index=3,media=cdrom").drives[3]).toEqual({ kind: "cdrom" });
  expect(read("-drive file=x,snapshot=off").drives[0]?.image).toEqual({ path: "x", flag: "-drive", isKept: true });
  expect(() => read("-hdc x -cdrom y")).toThrow("-cdrom y: there is a drive already as hdc");
  expect(() => read("-drive file=x.img,if=scsi")).toThrow("-drive if=scsi is not supported; the nearest is if=ide");
  expect(() => read("-drive file=x.img,if=floppy,format=qcow2")).toThrow("format=qcow2");
});

test("drives by id: ide-hd, ide-cd, floppy, wherever their -drive stands", () => {
  const image = (path: string, id: string) => ({ path, flag: `-drive id=${id}` });
  const { drives, floppies } = read(
    "-device ide-hd,drive=a,bus=ide.1,unit=1 -drive file=x,if=none,id=a -drive file=y,if=none,id=b,media=cdrom -device ide-cd,drive=b -drive file=z,if=none,id=c -device floppy,drive=c,unit=1",
  );
  expect(drives).toEqual([
    { kind: "cdrom", image: image("y", "b") },
    ...[undefined, undefined, { kind: "disk", image: image("x", "a") }],
  ]);
  expect(floppies).toEqual([undefined, image("z", "c")]);
  expect(() => read("-device ide-hd,drive=a")).toThrow("-device ide-hd,drive=a: expected the id of a -drive if=none");
  expect(() => read("-drive if=none,id=a,file=x -device ide-hd,drive=a,bus=ide.2")).toThrow("expected ide.0 or ide.1");
});

test("-drive if=virtio and -device virtio-blk-pci are cards in the order of their flags; a drive must be there", () => {
  const line =
    "-drive file=a,if=virtio,serial=S1 -drive file=b,if=none,id=x -device virtio-rng-pci -device virtio-blk-pci,drive=x";
  expect(read(line).cards).toEqual([
    { kind: "virtio-blk", image: { path: "a", flag: "-drive" }, serial: "S1" },
    { kind: "virtio-rng" },
    { kind: "virtio-blk", image: { path: "b", flag: "-drive id=x" } },
  ]);
  expect(() => read("-device virtio-blk-pci,drive=y")).toThrow("drive=y: expected the id of a -drive if=none");
  expect(() => read("-device virtio-blk-pci,drive=y,ats=on")).toThrow("-device virtio-blk-pci,ats=");
  expect(() => read("-device rtl8139")).toThrow("rtl8139 is not supported; the nearest is e1000 or virtio-net-pci");
  expect(() => read("-device usb-tablet")).toThrow("-device usb-tablet is not supported; -device help lists what is");
});

test("virtio-serial-pci has the ports that come behind it; number 0 is for a console", () => {
  const line =
    "-device virtio-serial-pci -device virtserialport,chardev=a,name=org.x -device virtconsole,chardev=b -chardev null,id=a -chardev stdio,id=b";
  const { cards, ports } = read(line);
  expect(cards).toEqual([
    {
      kind: "virtio-serial",
      ports: [
        { isConsole: true, chardev: "b" },
        { isConsole: false, chardev: "a", name: "org.x" },
      ],
    },
  ]);
  expect(ports).toEqual([
    { card: 0, port: 0, line: { kind: "stdio" } },
    { card: 0, port: 1, line: { kind: "null" } },
  ]);
  expect(() => read("-device virtconsole,chardev=b")).toThrow("expected a -device virtio-serial-pci before it");
  expect(() => read("-device virtio-serial-pci -device virtconsole,chardev=b")).toThrow("no -chardev with id=b");
});

test("networks: -netdev with -device, -nic, and -net in its older spelling; none is none", () => {
  const line =
    "-netdev user,id=n,tftp=d,bootfile=/k -device e1000,netdev=n,mac=52:54:00:00:00:01 -device virtio-net-pci";
  expect(read(line).cards).toEqual([
    { kind: "e1000", mac: "52:54:00:00:00:01", network: { tftp: "d", bootfile: "/k" } },
    { kind: "virtio-net" },
  ]);
  const card = { kind: "virtio-net", mac: "52:54:00:00:00:02", network: {} };
  expect(read("-nic user,model=virtio-net-pci,mac=52:54:00:00:00:02").cards).toEqual([card]);
  expect(read("-net nic,model=e1000 -net user").cards).toEqual([{ kind: "e1000", network: {} }]);
  expect(read("-nic none -net none").cards).toEqual([]);
  expect(() => read("-device e1000,netdev=x")).toThrow("netdev=x: expected the id of a -netdev");
  expect(() => read("-netdev tap,id=x")).toThrow("-netdev tap is not supported yet; the nearest is user");
  expect(() => read("-netdev user,id=x,hostfwd=tcp::1-:2")).toThrow(
    "user,hostfwd= is not supported: a run uses no sockets",
  );
  expect(() => read("-nic user,model=rtl8139")).toThrow("-nic,model=rtl8139: expected e1000");
});

test("-fw_cfg takes a name and one of string= and file=", () => {
  expect(read("-fw_cfg name=opt/a,string=hi -fw_cfg name=opt/b,file=x").firmwareFiles).toEqual([
    { name: "opt/a", text: "hi" },
    { name: "opt/b", path: "x" },
  ]);
  expect(() => read("-fw_cfg name=opt/a")).toThrow("expected name=opt/NAME and one of");
});

test("what only says what is true anyway is accepted", () => {
  const line =
    "-accel tcg,thread=single -M pc -machine accel=kvm:tcg -cpu 486 -smp 1 -vga std -vnc none -net none -monitor none -no-jit -snapshot -name x,process=y -no-user-config";
  expect(read(line).notes).toEqual([]);
  expect(read("-enable-kvm").notes).toEqual([
    "-enable-kvm: not used: the guest runs on ring's own processor, in software",
  ]);
  expect(read("-cpu host").cpu).toBe("max");
  expect(() => read("-accel qtest")).toThrow("-accel qtest: expected tcg");
  expect(() => read("-M q35")).toThrow("-machine q35 is not supported; the nearest is pc");
});

test("-icount shift=N is a rate; -boot, -action and -vga none say what they say there; -nodefaults has no display", () => {
  expect(read("-icount shift=3,sleep=off")).toMatchObject({ ticksPerSecond: 125_000_000, skipsIdle: true });
  expect(read("-icount 0").ticksPerSecond).toBe(1_000_000_000);
  expect(() => read("-icount shift=10")).toThrow("expected 0 to 9");
  expect(read("-boot dc,menu=on")).toMatchObject({ bootOrder: "dc", bootMenu: true });
  expect(read("-boot order=c,once=d")).toMatchObject({ bootOrder: "c", bootOnce: "d" });
  expect(read("-boot splash-time=513,reboot-timeout=-1").firmwareFiles).toEqual([
    { name: "etc/boot-menu-wait", bytes: Uint8Array.of(1, 2) },
    { name: "etc/boot-fail-wait", bytes: Uint8Array.of(255, 255, 255, 255) },
  ]);
  const drives = ["a", "b"].map((id) => `-drive if=none,id=${id},file=${id}`).join(" ");
  const devices =
    "-device ide-hd,drive=a,bus=ide.1,bootindex=7 -device e1000 -device virtio-blk-pci,drive=b,bootindex=2";
  expect(read(`${drives} ${devices} -boot strict=on`).firmwareFiles).toEqual([
    {
      name: "bootorder",
      text: "/pci@i0cf8/scsi@4/disk@0,0\n/pci@i0cf8/ide@1,1/drive@1/disk@0\nHALT\0",
    },
  ]);
  expect(() => read("-device e1000,bootindex=1 -device e1000,bootindex=1")).toThrow("another device has it already");
  expect(() => read("-boot once=x")).toThrow("expected up to three of a floppy");
  expect(read("-action reboot=shutdown,shutdown=pause")).toMatchObject({ noReboot: true, noShutdown: true });
  expect(read("-vga none").hasVga).toBe(false);
  expect([read("-nodefaults").hasVga, read("-nodefaults -vga std").hasVga]).toEqual([false, true]);
});

test("-device loader puts a file or a number at an address", () => {
  expect(read("-device loader,file=x,addr=0x1000 -device loader,addr=16,data=0x1234,data-len=2").loads).toEqual([
    { address: 0x1000, path: "x" },
    { address: 16, bytes: Uint8Array.of(0x34, 0x12) },
  ]);
  expect(() => read("-device loader,file=x")).toThrow("expected addr=ADDRESS");
  expect(() => read("-device loader,addr=0,data=zz,data-len=4")).toThrow("data=zz: expected a number of 64 bits");
});

test("lists that scripts ask for: -device help names pc-testdev and isa-debug-exit as QEMU does", () => {
  expect(read("-device ?").help).toContain('name "pc-testdev", bus ISA\nname "loader"');
  expect(read("-machine help").help).toMatch(/^Supported machines are:\npc /);
  expect(read("-cpu help").help).toContain("x86 Nehalem\n");
  expect(read("--help").help).toContain("-kernel FILE");
});

test("what test suites pass is taken: pci-testdev, a bare fw_cfg name, flash by unit, sources of numbers", () => {
  expect(read("-device pci-testdev -device virtio-rng-pci,rng=r").cards).toEqual([
    { kind: "pci-testdev" },
    { kind: "virtio-rng" },
  ]);
  expect(read("-fw_cfg opt/a,string=b").firmwareFiles).toEqual([{ name: "opt/a", text: "b" }]);
  const flash = "-drive if=pflash,unit=1,file=vars -drive if=pflash,unit=0,readonly=on,file=code";
  expect([read(flash).flash, read("-pflash code -pflash vars").flash]).toEqual([
    ["code", "vars"],
    ["code", "vars"],
  ]);
  expect(read("-object rng-random,id=r,filename=/dev/urandom").notes[0]).toContain("come from its seed");
  expect(() => read("-object memory-backend-ram,id=m")).toThrow("-object memory-backend-ram is not supported");
});

test("-smp counts processors as QEMU does; what would not be cores of one package is refused", () => {
  const count = (text: string) => read(`-smp ${text}`).processors;
  expect([count("4"), count("cpus=2"), count("cores=8"), count("2,maxcpus=2,sockets=1,threads=1")]).toEqual([
    4, 2, 8, 2,
  ]);
  expect(() => count("9")).toThrow("-smp 9: expected 1 to 8 processors");
  expect(() => count("4,sockets=2")).toThrow("expected sockets=1");
  expect(() => count("4,maxcpus=8")).toThrow("expected maxcpus=4");
  expect(() => count("0")).toThrow("expected a number from 1 for cpus");
  expect(() => count("nodes=2")).toThrow("expected N, or cpus=N");
  expect(read("--turns ticks=50,seed=7").turns).toEqual({ ticks: 50, seed: 7 });
  expect(() => read("--turns slow")).toThrow("--turns slow: expected ticks=N,seed=N");
  expect(read("-seed 4294967295").randomSeed).toBe(0xffffffff);
  expect(() => read("-seed x")).toThrow("-seed x: expected a whole number of 32 bits");
});

test("-cpu takes a model, and features to add and to leave out, as QEMU does", () => {
  expect(read("-cpu qemu64,+rdtscp,-nx").cpu).toBe("qemu64,+rdtscp,-nx");
  expect(read("-cpu max,+avx512f,+avx2").missingFeatures).toEqual(["avx512f", "avx2"]);
  expect(() => read("-cpu z80")).toThrow("-cpu z80: no model z80; there is base, 486, pentium");
  expect(() => read("-cpu max,+warp")).toThrow("-cpu max,+warp: no feature warp");
  expect(() => read("-cpu max,nx=maybe")).toThrow("nx=maybe: expected on or off");
});

test("-gdb takes tcp:HOST:PORT, tcp::PORT, unix:PATH and none; -s is port 1234", () => {
  expect(read("-s").gdb).toMatchObject({ at: { host: "localhost", port: 1234 } });
  expect(read("-gdb tcp:127.0.0.1:99").gdb).toMatchObject({ at: { host: "127.0.0.1", port: 99 } });
  expect(read("-gdb unix:/tmp/g").gdb).toMatchObject({ at: { path: "/tmp/g" } });
  expect(read("-s -gdb none").gdb).toBeUndefined();
  expect(() => read("-gdb 1234")).toThrow("-gdb 1234: expected tcp::PORT, tcp:HOST:PORT, unix:PATH or none");
  expect(() => read("-gdb stdio")).toThrow("-gdb stdio: expected tcp::PORT, tcp:HOST:PORT, unix:PATH or none");
  expect(() => read("-gdb tcp::0")).toThrow("-gdb port 0: expected 1 to 65535");
  expect(() => read("-s -d in_asm")).toThrow("-gdb and -d in_asm: expected one of them");
});

test("an unknown flag is named with the nearest one", () => {
  expect(() => read("-fad x")).toThrow("-fad is no flag of ring; the nearest is -fda");
  expect(() => read("-sd x")).toThrow("-sd is not supported; the nearest is -hda");
  expect(() => read("--screenshto x")).toThrow("--screenshto is no flag of ring; the nearest is -screenshot");
  expect(() => readOptions(["-fda"])).toThrow("-fda needs a value: -fda FILE");
  expect(() => read("-serial tcp:1")).toThrow("-serial tcp:1: expected stdio, mon:stdio, null, file:PATH");
});
