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

test("-m takes 64, 64M, 1G, 2048k and size=32M, and refuses 0, 2G and words", () => {
  const mib = (size: string) => readOptions(["-m", size]).memoryMiB;
  expect(["64", "64M", "1G", "2048k", "size=32M,slots=2"].map(mib)).toEqual([64, 64, 1024, 2, 32]);
  for (const size of ["0", "2G", "much", "1k"]) expect(() => mib(size)).toThrow(`-m ${size}`);
});

test("-nographic is serial and keys of the monitor on this terminal, unless -serial says otherwise", () => {
  expect(read("-nographic")).toMatchObject({ display: "none", monitorKeys: true, serial: [{ kind: "stdio" }] });
  expect(read("-serial null -nographic").serial).toEqual([{ kind: "null" }]);
  expect(read("-serial mon:stdio").monitorKeys).toBe(true);
});

test("debug consoles: -debugcon at E9h, -global moves it, isa-debugcon with a chardev", () => {
  expect(read("-debugcon stdio").debugConsoles).toEqual([{ iobase: 0xe9, line: { kind: "stdio" } }]);
  const moved = read("-debugcon file:log -global isa-debugcon.iobase=0x402");
  expect(moved.debugConsoles).toEqual([{ iobase: 0x402, line: { kind: "file", path: "log" } }]);
  const device = read("-chardev stdio,id=c -device isa-debugcon,iobase=0x402,chardev=c");
  expect(device.debugConsoles).toEqual([{ iobase: 0x402, line: { kind: "stdio" } }]);
  expect(() => read("-device isa-debugcon,iobase=0x402,chardev=x")).toThrow("no -chardev with id=x");
});

test("-drive if=floppy is -fda and -fdb; if=ide is -hda to -hdd; others are refused by name", () => {
  expect(read("-drive file=x.img,format=raw,if=floppy,index=1").floppies).toEqual([undefined, "x.img"]);
  const disk = (path: string, flag: string) => ({ kind: "disk", path, flag });
  const cd = { kind: "cdrom", path: "c.iso", flag: "-cdrom" };
  expect(read("-hda a -drive file=b,format=raw -cdrom c.iso -hdd d").drives).toEqual([
    ...[disk("a", "-hda"), disk("b", "-hdb"), cd, disk("d", "-hdd")],
  ]);
  expect(read("-drive file=c.iso,media=cdrom").drives).toEqual([undefined, undefined, cd, undefined]);
  expect(read("-drive if=ide,index=3,media=cdrom").drives[3]).toEqual({ kind: "cdrom", flag: "-cdrom" });
  expect(() => read("-hdc x -cdrom y")).toThrow("-cdrom y: there is a drive already at this place");
  expect(() => read("-drive file=x.img,if=scsi")).toThrow("-drive if=scsi is not supported yet");
  expect(() => read("-drive file=x.img,if=floppy,format=qcow2")).toThrow("format=qcow2");
});

test("-drive if=virtio and -device virtio-blk-pci are cards in the order of their flags; a drive must be there", () => {
  const line =
    "-drive file=a,if=virtio,serial=S1 -drive file=b,if=none,id=x -device virtio-rng-pci -device virtio-blk-pci,drive=x";
  expect(read(line).cards).toEqual([
    { kind: "virtio-blk", path: "a", serial: "S1", flag: "-drive" },
    { kind: "virtio-rng" },
    { kind: "virtio-blk", path: "b", flag: "-drive id=x" },
  ]);
  expect(() => read("-device virtio-blk-pci,drive=y")).toThrow("drive=y: expected the id of a -drive if=none");
  expect(() => read("-device virtio-blk-pci,drive=y,ats=on")).toThrow("-device virtio-blk-pci,ats=");
  expect(() => read("-device virtio-gpu-pci")).toThrow("-device virtio-gpu-pci is not supported yet; the nearest is");
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
  expect(() => read("-netdev user,id=x,hostfwd=tcp::1-:2")).toThrow("-netdev user,hostfwd=");
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
  const line = "-accel tcg -M pc -cpu 486 -smp 1 -vga std -net none -monitor none -no-jit -snapshot -icount shift=3";
  expect(() => read(line)).not.toThrow();
  expect(() => read("-accel kvm")).toThrow("-accel kvm");
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
});

test("-cpu takes a model, and features to add and to leave out, as QEMU does", () => {
  expect(read("-cpu qemu64,+rdtscp,-nx").cpu).toBe("qemu64,+rdtscp,-nx");
  expect(read("-cpu max,+avx512f,+avx2").missingFeatures).toEqual(["avx512f", "avx2"]);
  expect(() => read("-cpu z80")).toThrow("-cpu z80: no model z80; there is base, 486, pentium");
  expect(() => read("-cpu max,+warp")).toThrow("-cpu max,+warp: no feature warp");
  expect(() => read("-cpu max,nx=maybe")).toThrow("nx=maybe: expected on or off");
});

test("an unknown flag is named with the nearest one", () => {
  expect(() => read("-fad x")).toThrow("-fad is no flag of ring; the nearest is -fda");
  expect(() => read("-sd x")).toThrow("-sd is not supported yet; the nearest is -hda");
  expect(() => read("--screenshto x")).toThrow("--screenshto is no flag of ring; the nearest is -screenshot");
  expect(() => read("disk.img")).toThrow("A floppy's image is -fda disk.img");
  expect(() => readOptions(["-fda"])).toThrow("-fda needs a value: -fda FILE");
  expect(() => read("-serial tcp:1")).toThrow("-serial tcp:1: expected stdio, mon:stdio, null or file:PATH");
});
