import { expect, test } from "vitest";
import { SLOT, TestDriver } from "./testvirtio.ts";
import { VirtioConsole } from "./virtioconsole.ts";

const MULTIPORT = 2;

function console(ports: ConstructorParameters<typeof VirtioConsole>[2]["ports"], features = MULTIPORT) {
  const driver = new TestDriver(8);
  const sent: [number, string][] = [];
  const device = new VirtioConsole(driver.bus, driver.pci, {
    name: "virtio-serial.0",
    slot: SLOT,
    ports,
    send: (port, bytes) => sent.push([port, String.fromCharCode(...bytes)]),
  });
  driver.start(features, 4);
  return { driver, device, sent };
}

const bytes = (text: string) => [...new TextEncoder().encode(text)];
const control = (port: number, event: number, value: number) => [port, 0, 0, 0, event, 0, value, 0];

test("the function is 1AF4:1003, a communication device; it says how many ports it has", () => {
  const { driver } = console([{ isConsole: true }, { isConsole: false, name: "a" }]);
  expect([driver.configRead(0), driver.configRead(8) >>> 8, driver.read(0x2004)]).toEqual([0x10031af4, 0x078000, 2]);
});

test("ports are told one by one: added, then console, name and open when the driver is ready for each", () => {
  const { driver } = console([{ isConsole: true, name: "tty" }]);
  const places = Array.from({ length: 5 }, () => driver.add([64], 2)[0] as number);
  const event = (n: number) => driver.word((places[n] as number) + 4);
  driver.notify(2);
  driver.add([control(0, 0, 1)], 3);
  driver.kick(3);
  expect([driver.used(2).index, event(0)]).toEqual([1, 1]);
  driver.add([control(0, 3, 1)], 3);
  driver.kick(3);
  expect([driver.used(2).index, event(1), event(2), event(3)]).toEqual([4, 4, 7, 6]);
  const name = (places[2] as number) + 8;
  expect([...driver.bus.ram.subarray(name, name + 3)]).toEqual(bytes("tty"));
});

test("what the guest sends by port 0 goes out; what comes in waits for its buffers", () => {
  const { driver, device, sent } = console([{ isConsole: true }]);
  driver.add([bytes("hello "), bytes("out")], 1);
  driver.kick(1);
  expect(sent).toEqual([[0, "hello out"]]);
  device.receive(0, Uint8Array.from(bytes("incoming")));
  expect(driver.used(0).index).toBe(0);
  const [first] = driver.add([5]);
  driver.kick(0);
  const [second] = driver.add([64]);
  driver.kick(0);
  const text = (at = 0, count = 0) => String.fromCharCode(...driver.bus.ram.subarray(at, at + count));
  expect([text(first, 5), text(second, 3)]).toEqual(["incom", "ing"]);
  expect(driver.used(0).entries.map(([, written]) => written)).toEqual([5, 3]);
});

test("65,536 bytes wait for a guest that takes none, and no more; a port that is not there takes none", () => {
  const { device } = console([undefined, { isConsole: false }]);
  device.receive(1, new Uint8Array(70_000));
  device.receive(0, new Uint8Array(10));
  expect(device.state.waiting.map((each) => each.length)).toEqual([0, 65_536]);
  expect(device.room(1)).toBe(0);
});

test("the emergency register says a character with no queue at all", () => {
  const { driver, sent } = console([{ isConsole: true }], 0);
  driver.write(0x2008, 0x21);
  expect(sent).toEqual([[0, "!"]]);
});
