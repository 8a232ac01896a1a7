import { expect, test } from "vitest";
import { Lan } from "./lan.ts";
import { LocalEngine } from "./local.ts";
import { buildOnDisk, firmwareOnDisk } from "./ondisk.ts";
import { powerOn } from "./resources.ts";
import { A, ANSWERER, B, CLIENT, configured, RECEIVER, SENDER } from "./testlan.ts";

const machine = (...given: Parameters<typeof configured>) =>
  powerOn(configured(...given), { build: buildOnDisk(), firmware: firmwareOnDisk }, { history: false });

function run() {
  const lan = new Lan();
  const sender = machine(SENDER, "52:54:00:00:00:01");
  const receivers = [2, 3].map((n) => machine(RECEIVER, `52:54:00:00:00:0${n}`));
  for (const each of [...receivers, sender]) lan.join(each, 0);
  lan.run(60_000_000);
  const said = receivers.map((each) => each.guest.serial[0].text());
  return { said, hashes: [sender, ...receivers].map((each) => each.hash()) };
}

test("a frame to everybody that one machine sends reaches two others through the switch, the same in every run", () => {
  const first = run();
  expect(first.said).toEqual(["Hello\n", "Hello\n"]);
  expect(run().hashes).toEqual(first.hashes);
}, 120_000);

function forward() {
  const lan = new Lan();
  const forwards = [{ protocol: "udp", port: 1007, to: B, toPort: 7 }] as const;
  const client = machine(CLIENT, "52:54:00:00:00:01", { kind: "user", address: A, forwards });
  const answerer = machine(ANSWERER, "52:54:00:00:00:02", { kind: "user", address: B });
  for (const each of [answerer, client]) lan.join(each, 0);
  const machines = [client, answerer];
  return {
    ...{ lan, machines },
    said: () => machines.map((each) => each.guest.serial[0].text()),
    hashes: () => machines.map((each) => each.hash()),
  };
}

test("a datagram to a forwarded port comes to the other machine from its gateway, and its answer back", () => {
  const { lan, said, hashes } = forward();
  lan.run(3_000_000);
  // Ports as bytes: 1007 to 2000 at who asked, 7 to 49152 where it was answered.
  expect(said()).toEqual(["\x03\xef\x07\xd0Hello\n", "\0\x07\xc0\0Hello\n"]);
  const again = forward();
  for (let i = 0; i < 3; i++) again.lan.run(1_000_000);
  expect(again.hashes()).toEqual(hashes());
}, 120_000);

test("snapshots of both taken while a forwarded datagram is on its way go on to the same end", () => {
  const first = forward();
  const isAsked = () => JSON.stringify(first.machines[1].guest.state().devices).includes('"port":49152');
  for (let round = 0; round < 150 && !isAsked(); round++) first.lan.run(20_000);
  expect([isAsked(), first.said()]).toEqual([true, ["", ""]]);
  const second = forward();
  for (const [n, machine] of second.machines.entries())
    expect(machine.restore(first.machines[n].snapshot())).toBeUndefined();
  for (const { lan } of [first, second]) lan.run(2_000_000);
  expect(second.said().map((text) => text.slice(4))).toEqual(["Hello\n", "Hello\n"]);
  expect(second.hashes()).toEqual(first.hashes());
}, 120_000);

test("machines of one engine hear each other by a switch, also when powered on again, but not while they stand still", async () => {
  const engine = new LocalEngine();
  const sender = await engine.create("sender", configured(SENDER, "52:54:00:00:00:01"));
  const receiver = await engine.create("receiver", configured(RECEIVER, "52:54:00:00:00:02"));
  await expect(engine.connect([{ machine: "nobody", card: 0 }])).rejects.toThrow("there is no machine nobody");
  await expect(engine.connect([{ machine: "sender", card: 1 }])).rejects.toThrow("card 1 of sender has no cable");
  await engine.connect(["sender", "receiver"].map((id) => ({ machine: id, card: 0 })));
  await expect(engine.connect([{ machine: "sender", card: 0 }])).rejects.toThrow("plugged in already");
  for (const machine of [receiver, sender]) await machine.run({ ticks: 30_000_000 });
  expect(receiver.machine.guest.serial[0].text()).toBe("");
  const heard = receiver.run({ serial: "Hello\n", ticks: 4_000_000_000 });
  await sender.powerOn();
  await sender.run({ ticks: 30_000_000 });
  expect((await heard).reason).toMatchObject({ kind: "until" });
  for (const machine of [sender, receiver]) machine.close();
}, 120_000);
