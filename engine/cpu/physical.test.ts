import { expect, test } from "vitest";
import { BusMasters } from "./busmasters.ts";
import { PhysicalMap } from "./physical.ts";

const ROM = new Uint8Array(0x10000).fill(0xee);

function setUp() {
  const map = new PhysicalMap(2 << 20, 1);
  const device: string[] = [];
  map.devices = {
    read: (hpa) => {
      device.push(`r${hpa.toString(16)}`);
      return 0xdd;
    },
    write: (hpa, value) => {
      device.push(`w${hpa.toString(16)}=${value.toString(16)}`);
    },
  };
  map.mapRom(0xf0000, ROM);
  return { map, device, masters: new BusMasters(map) };
}

test("reads from ROM and writes to the RAM below it; then reads from RAM, and writes are lost", () => {
  const { map } = setUp();
  map.setReach(0xf0000, 0x10000, false, true);
  map.write(0xf1234, 0x55, 1);
  expect([map.read(0xf1234, 1), map.writable(0xf1234)]).toEqual([0xee, -1]);
  map.setReach(0xf0000, 0x10000, true, false);
  map.write(0xf1234, 0x66, 1);
  expect(map.read(0xf1234, 1)).toBe(0x55);
  map.setReach(0xf0000, 0x10000, true, true);
  map.write(0xf1234, 0x66, 1);
  expect(map.read(0xf1234, 1)).toBe(0x66);
  map.setReach(0xf0000, 0x10000, false, false);
  map.write(0xf1234, 0x77, 1);
  expect(map.read(0xf1234, 1)).toBe(0xee);
});

test("A0000 is the display's, RAM for all while SMRAM is open, RAM in SMM while it is closed", () => {
  const { map, device } = setUp();
  expect(map.read(0xa0010, 1)).toBe(0xdd);
  map.setSmram("all");
  map.write(0xa0010, 0x11, 1);
  expect(map.read(0xa0010, 1)).toBe(0x11);
  map.setSmram("smm");
  expect(map.read(0xa0010, 1)).toBe(0xdd);
  map.setSmm(true);
  expect(map.read(0xa0010, 1)).toBe(0x11);
  map.setSmram("none");
  expect(map.read(0xa0010, 1)).toBe(0xdd);
  expect(device).toEqual(["ra0010", "ra0010", "ra0010"]);
});

test("bus masters pass by a closed A20, and reach devices and ROM across a page's end", () => {
  const { map, masters } = setUp();
  masters.write32(0x100ffe, 0x44332211);
  map.setA20(false);
  expect([map.read(0x100ffe, 2), masters.read32(0x100ffe), masters.read8(0x101001)]).toEqual([0, 0x44332211, 0x44]);
  const bytes = new Uint8Array(4);
  masters.readBytes(0xf0000 - 2, bytes);
  expect([...bytes]).toEqual([0xdd, 0xdd, 0xee, 0xee]);
  masters.writeBytes(0x9fffe, Uint8Array.of(1, 2, 3));
  expect([map.ram[0x9fffe], map.ram[0x9ffff], map.ram[0xa0000]]).toEqual([1, 2, 0]);
});

test("of 3 MiB, 2 below 4 GiB: the third is at 4 GiB, for processors, bus masters and loaders; between is nobody's", () => {
  const map = new PhysicalMap(3 << 20, 1, 0, 2 << 20);
  map.devices = { read: () => 0xdd, write() {} };
  const masters = new BusMasters(map);
  map.write(0x1_000f_fffc, 0x12345678, 4);
  masters.writeBytes(0x1_0000_0ffe, Uint8Array.of(1, 2, 3));
  map.load(0x1_0008_0000, Uint8Array.of(9));
  expect([map.read(0x1_000f_fffc, 4), map.read(0x1_0000_1000, 1), map.read8(0x1_0008_0000)]).toEqual([
    0x12345678, 3, 9,
  ]);
  expect([map.ram[0x200000 + 0xffffc], map.read(0x200000, 1), map.read(0x1_0010_0000, 1)]).toEqual([0x78, 0xdd, 0xdd]);
  expect([map.ramFrom(0x1fffff), map.ramFrom(0x200000), map.ramFrom(2 ** 32), map.ramFrom(0x1_0010_0000)]).toEqual([
    1,
    0,
    1 << 20,
    0,
  ]);
  expect(map.edges()).toEqual([0, 0xa0000, 0x100000, 0x200000, 2 ** 32, 0x1_0010_0000]);
  expect(() => map.load(0x1f_ffff, Uint8Array.of(1, 2))).toThrow("2 bytes at 0x1fffff do not fit");
});
