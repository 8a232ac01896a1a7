/**
 * `-smp` as QEMU takes it, and our `--turns`: how several processors take turns.
 *
 * Processors are cores of one package, each with one thread: what `-smp` says otherwise is refused.
 */
import { UsageError } from "./usage.ts";

const MAX_PROCESSORS = 8;
const TOPOLOGY = ["cpus", "maxcpus", "sockets", "dies", "clusters", "cores", "threads"] as const;
/** Parts of the topology that are always 1. */
const ALWAYS_ONE = ["sockets", "dies", "clusters", "threads"] as const;

/** `N`, `cpus=N`, `cores=N` and so on, by commas: the count of processors. */
export function processorCount(text: string): number {
  const fault = (expected: string) => new UsageError(`-smp ${text}: expected ${expected}`);
  const given = new Map<string, number>();
  for (const [i, part] of text.split(",").entries()) {
    const [key, value] = part.includes("=") ? (part.split("=", 2) as [string, string]) : ["cpus", part];
    if (!TOPOLOGY.some((name) => name === key) || (i > 0 && !part.includes("=")))
      throw fault(`N, or ${TOPOLOGY.map((name) => `${name}=N`).join(", ")}`);
    if (!/^\d+$/.test(value) || Number(value) < 1) throw fault(`a number from 1 for ${key}`);
    given.set(key, Number(value));
  }
  for (const name of ALWAYS_ONE)
    if ((given.get(name) ?? 1) !== 1) throw fault(`${name}=1: processors are cores of one package here`);
  const cores = given.get("cores");
  const count = given.get("cpus") ?? cores ?? 1;
  if (cores !== undefined && cores !== count) throw fault(`as many cores as processors, ${count}`);
  if ((given.get("maxcpus") ?? count) !== count) throw fault(`maxcpus=${count}: none can be added later`);
  if (count > MAX_PROCESSORS) throw fault(`1 to ${MAX_PROCESSORS} processors`);
  return count;
}

/** 32 bits. */
export function seed(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffffffff)) throw new UsageError(`-seed ${text}: expected a whole number of 32 bits`);
  return value;
}

/** `ticks=N,seed=N`. */
export function turns(text: string): { ticks?: number; seed?: number } {
  const given: { ticks?: number; seed?: number } = {};
  for (const part of text.split(",")) {
    const [, key, value] = /^(ticks|seed)=(\d+)$/.exec(part) ?? [];
    if (key !== "ticks" && key !== "seed") throw new UsageError(`--turns ${text}: expected ticks=N,seed=N`);
    given[key] = Number(value);
  }
  if (given.ticks !== undefined && (given.ticks < 1 || given.ticks > 1_000_000))
    throw new UsageError(`--turns ${text}: expected 1 to 1000000 ticks`);
  if (given.seed !== undefined && given.seed > 0xffffffff)
    throw new UsageError(`--turns ${text}: expected a seed of 32 bits`);
  return given;
}
