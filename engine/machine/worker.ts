/// <reference path="./virtual.d.ts" />
/**
 * The engine worker of a page: a LocalEngine behind messages (protocol.ts). Every two seconds, at rest or at work, it tells
 * the page what has changed in each machine since it told last, so that the page can bring them back without it.
 */
// Part of the worker's own file: the first machine needs it, and a page may wait for one file less.
import "virtual:ring-engine";
import type { SourceLine } from "./api.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { LocalEngine } from "./local.ts";
import type { LocalMachine } from "./localmachine.ts";
import type { Machine } from "./machine.ts";
import { applyChange, changeOf, transferable } from "./mirror.ts";
import { packLines } from "./packedlines.ts";
import type { PageMessage, Subscription, WorkerMessage } from "./protocol.ts";

interface Page {
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { data: PageMessage }) => void): void;
}

/** One of the page's machines, and what the page was last told of it. */
interface Served {
  readonly machine: LocalMachine;
  readonly subscriptions: Map<string, () => void>;
  mirrored: Checkpoint | undefined;
  mirroredAt: string;
  /** Whose that was: powering on makes another. */
  mirroredOf: Machine | undefined;
}

const page = globalThis as unknown as Page;
const channel = new MessageChannel();
let deferred: (() => void)[] = [];
channel.port1.onmessage = () => {
  const work = deferred;
  deferred = [];
  for (const each of work) each();
};
const engine = new LocalEngine((work) => {
  deferred.push(work);
  channel.port2.postMessage(0);
});
const served = new Map<string, Served>();

const MIRROR_MS = 2000;

page.addEventListener("message", ({ data }) => {
  void handle(data);
});
setInterval(mirrorAll, MIRROR_MS);
page.postMessage({ from: "ready" });

async function handle(message: PageMessage): Promise<void> {
  switch (message.to) {
    case "ping":
      return page.postMessage({ from: "pong" });
    case "prepare":
      // What is wrong with the configuration is said to who asks for the machine.
      return engine.prepare(message.id, message.configuration, message.tick).catch(() => undefined);
    case "create":
      return answer(message.call, () => create(message));
    case "call":
      return answer(message.call, () => call(message.id, message.method, message.args), message.id);
    case "assemble":
      return answer(message.call, () => engine.assemble(message.source, message.request));
    case "instruction":
      return answer(message.call, () => engine.instruction(message.mnemonic));
    case "connect":
      return answer(message.call, () => engine.connect(message.places));
    case "subscribe":
      return subscribe(message.id, message.subscription);
    case "unsubscribe":
      return unsubscribe(message.id, message.subscription);
    case "close":
      engine.get(message.id)?.close();
      served.delete(message.id);
  }
}

async function answer(number: number, work: () => Promise<unknown>, id?: string): Promise<void> {
  try {
    const value = await work();
    const status = id === undefined ? undefined : served.get(id)?.machine.machine.status();
    page.postMessage({ from: "answer", call: number, value, status });
  } catch (error) {
    const { message, details } = error as { message?: string; details?: Record<string, unknown> };
    const plain = JSON.parse(JSON.stringify(details ?? {})) as Record<string, unknown>;
    page.postMessage({ from: "refusal", call: number, message: message ?? String(error), details: plain });
  }
}

async function create(message: Extract<PageMessage, { to: "create" }>): Promise<unknown> {
  const { id, configuration, revival } = message;
  const machine = await engine.create(id, configuration);
  served.set(id, { machine, subscriptions: new Map(), mirrored: undefined, mirroredAt: "", mirroredOf: undefined });
  machine.onStatus((status) => page.postMessage({ from: "status", id, status }));
  if (revival !== undefined) {
    const { checkpoint, breakpoints, speed, version } = revival;
    for (const address of breakpoints) await machine.setBreakpoint(address, true);
    await machine.setSpeed(speed);
    if (checkpoint !== undefined) machine.machine.adopt(applyChange(checkpoint, undefined));
    machine.machine.skipVersions(version);
  }
  return machine.machine.status();
}

async function call(id: string, method: string, args: readonly unknown[]): Promise<unknown> {
  const machine = served.get(id)?.machine as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  if (machine === undefined) throw new Error(`there is no machine ${id}`);
  const value = await machine[method](...args);
  return method === "firmwareLines" ? packLines(value as readonly SourceLine[]) : value;
}

function keyOf(subscription: Subscription): string {
  return subscription.kind === "events" ? `events ${subscription.number}` : subscription.kind;
}

function subscribe(id: string, subscription: Subscription): void {
  const one = served.get(id);
  if (one === undefined) return;
  const { machine } = one;
  unsubscribe(id, subscription);
  one.subscriptions.set(
    keyOf(subscription),
    subscription.kind === "screen"
      ? machine.onScreen((screen) => page.postMessage({ from: "screen", id, screen }))
      : subscription.kind === "serial"
        ? machine.onSerial((text, again) => page.postMessage({ from: "serial", id, text, again }))
        : machine.onEvents(subscription.kinds, (events) =>
            page.postMessage({ from: "events", id, number: subscription.number, events }),
          ),
  );
}

function unsubscribe(id: string, subscription: Subscription): void {
  const one = served.get(id);
  one?.subscriptions.get(keyOf(subscription))?.();
  one?.subscriptions.delete(keyOf(subscription));
}

function mirrorAll(): void {
  for (const [id, one] of served) {
    const { machine } = one.machine;
    // A machine that has failed must not be brought back as it is now.
    if (machine.guest.failure !== undefined) continue;
    const { version, tick } = machine.status();
    if (one.mirroredAt === `${version} ${tick}`) continue;
    one.mirroredAt = `${version} ${tick}`;
    const before = one.mirroredOf === machine ? one.mirrored : undefined;
    one.mirroredOf = machine;
    one.mirrored = machine.checkpoint(before);
    const change = changeOf(one.mirrored, before);
    page.postMessage({ from: "checkpoint", id, change }, transferable(change));
  }
}
