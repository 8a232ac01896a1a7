/** Flags of the machine as a whole: `-machine`, `-accel`, `-m`, `-boot`, `-rtc`, `-icount`, `-action`, `-cpu`, `-fw_cfg`. */
import { MODELS, parseModel } from "../cpu/models.ts";
import { MAX_BELOW_MIB, MAX_MEMORY_MIB } from "../machine/memorysize.ts";
import type { Options } from "./options.ts";
import { expectKeys, integer, kindAndProperties, onOff, properties, size } from "./properties.ts";
import { UsageError } from "./usage.ts";

const MACHINES = ["pc", "pc-i440fx", "isapc"];
/** Properties of `-machine` that say how the host is to do its work, or what is so anyway. */
const OF_MACHINE =
  "type accel graphics usb acpi vmport smm kernel-irqchip kernel_irqchip dump-guest-core mem-merge hpet pit".split(" ");
/** Accelerators of other hosts: guests run without them, by our processor. */
const ACCELERATORS = ["tcg", "kvm", "hvf", "whpx", "xen", "nvmm"];

/** `-machine pc,accel=kvm:tcg,graphics=off`, and `-M`. */
export function machine(options: Options, value: string): void {
  if (isQuestion(value)) {
    options.help = `Supported machines are:\n${"pc".padEnd(20)} Standard PC (i440FX + PIIX, 1996) (default)\n`;
    return;
  }
  const given = properties(value, "type");
  expectKeys("-machine", given, [...OF_MACHINE, "max-ram-below-4g"]);
  const type = given["type"] ?? "pc";
  if (!MACHINES.includes(type) && !/^pc-i440fx-\d+\.\d+$/.test(type))
    throw new UsageError(`-machine ${type} is not supported; the nearest is pc`);
  if (given["accel"] !== undefined) accelerator(options, `-machine accel=${given["accel"]}`, given["accel"].split(":"));
  if (!onOff("-machine graphics=", given["graphics"], true)) options.isHeadless = true;
  const below = given["max-ram-below-4g"];
  if (below === undefined) return;
  const mib = size("-machine max-ram-below-4g=", below, 1) / 2 ** 20;
  if (!Number.isInteger(mib) || mib < 1 || mib > MAX_BELOW_MIB)
    throw new UsageError(`-machine max-ram-below-4g=${below}: expected 1M to ${MAX_BELOW_MIB}M, in whole MiB`);
  options.maxMemoryBelow4GiB = mib;
}

/** `-accel tcg,thread=single`. */
export function accel(options: Options, value: string): void {
  if (isQuestion(value)) {
    options.help = "Accelerators supported in ring:\ntcg\n";
    return;
  }
  accelerator(options, `-accel ${value}`, [kindAndProperties(value, "accel")[0]]);
}

/** The first of `wanted` that is no more than a way to be fast. */
export function accelerator(options: Options, flag: string, wanted: readonly string[]): void {
  const odd = wanted.find((name) => !ACCELERATORS.includes(name));
  if (odd !== undefined) throw new UsageError(`${flag}: expected tcg, not ${odd}`);
  if (!wanted.includes("tcg"))
    options.notes.push(`${flag}: not used: the guest runs on ring's own processor, in software`);
}

export function memory(value: string): number {
  const { size: text = "128M", ...rest } = properties(value, "size");
  expectKeys("-m", rest, ["slots", "maxmem"]);
  const mib = size("-m", text, 2 ** 20) / 2 ** 20;
  if (!Number.isInteger(mib) || mib < 1 || mib > MAX_MEMORY_MIB)
    throw new UsageError(
      `-m ${value}: expected 1M to ${MAX_MEMORY_MIB}M, in whole MiB: all of a machine is in one memory of 4 GiB`,
    );
  return mib;
}

/** `-boot cd`, `-boot order=c,menu=off`. */
export function boot(options: Options, value: string): void {
  const { order, once, ...rest } = properties(value, "order");
  expectKeys("-boot", rest, ["menu", "strict", "splash", "splash-time", "reboot-timeout"]);
  if (rest["menu"] !== undefined) options.bootMenu = onOff("-boot menu=", rest["menu"], false);
  options.isBootStrict = onOff("-boot strict=", rest["strict"], options.isBootStrict);
  for (const drives of [order, once])
    if (drives !== undefined && !/^[abcdn]{1,3}$/.test(drives))
      throw new UsageError(`-boot ${value}: expected up to three of a floppy, c hard disk, d CD, n network`);
  if (order !== undefined) options.bootOrder = order;
  if (once !== undefined) options.bootOnce = once;
  // Milliseconds; firmware reads them from these files.
  const milliseconds = (key: string, name: string, length: number) => {
    const given = rest[key];
    if (given === undefined) return;
    const number = given === "-1" ? 0xffffffff : integer(`-boot ${key}=`, given);
    if (number > 0xffff && given !== "-1") throw new UsageError(`-boot ${key}=${given}: expected 0 to 65535, or -1`);
    const bytes = Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24).subarray(0, length);
    options.firmwareFiles.push({ name, bytes });
  };
  milliseconds("splash-time", "etc/boot-menu-wait", 2);
  milliseconds("reboot-timeout", "etc/boot-fail-wait", 4);
}

/** `base=utc`, `localtime` or a date; the clock is always the machine's own. */
export function rtc(options: Options, value: string): void {
  const given = properties(value);
  expectKeys("-rtc", given, ["base", "clock", "driftfix"]);
  const { base } = given;
  if (base === undefined) return;
  const now = new Date();
  if (base === "utc") options.rtcBase = now.toISOString();
  else if (base === "localtime") {
    options.rtcBase = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  } else options.rtcBase = base.replace(/^(\d{4}-\d\d-\d\d)$/, "$1T00:00:00").replace(/(:\d\d)$/, "$1Z");
}

/** An instruction takes 2^N ns of guest time with `shift=N`; `sleep=off` skips idle time. */
export function icount(options: Options, value: string): void {
  const { shift = "auto", sleep, ...rest } = properties(value, "shift");
  expectKeys("-icount", rest, ["align"]);
  if (!onOff("-icount sleep=", sleep, true)) options.skipsIdle = true;
  if (shift === "auto") return;
  const power = integer("-icount shift=", shift);
  if (power > 9) throw new UsageError(`-icount shift=${shift}: expected 0 to 9, 1,000 to 2 million instructions a ms`);
  options.ticksPerSecond = Math.round(1e9 / 2 ** power);
}

/** `reboot=shutdown` is `-no-reboot`, `shutdown=pause` is `-no-shutdown`. */
export function action(options: Options, value: string): void {
  const given = properties(value);
  expectKeys("-action", given, ["reboot", "shutdown", "panic", "watchdog"]);
  const choice = (key: string, values: readonly string[]) => {
    const text = given[key];
    if (text !== undefined && !values.includes(text))
      throw new UsageError(`-action ${key}=${text}: expected ${values.join(" or ")}`);
    return text;
  };
  const reboot = choice("reboot", ["reset", "shutdown"]);
  const shutdown = choice("shutdown", ["poweroff", "pause"]);
  if (reboot !== undefined) options.noReboot = reboot === "shutdown";
  if (shutdown !== undefined) options.noShutdown = shutdown === "pause";
}

/** QEMU warns of features that it cannot do, and leaves them out. */
export function cpu(options: Options, value: string): void {
  if (isQuestion(value)) {
    options.help = `Available CPUs:\n${MODELS.map(({ name }) => `x86 ${name}\n`).join("")}`;
    return;
  }
  const wanted = value.replace(/^host(?=,|$)/, "max");
  const choice = parseModel(wanted);
  if ("fault" in choice) throw new UsageError(`-cpu ${value}: ${choice.fault}`);
  options.cpu = wanted;
  options.missingFeatures = choice.missing;
}

export function firmwareFile(options: Options, value: string): void {
  const { name, string: text, file: path, ...rest } = properties(value, "name");
  expectKeys("-fw_cfg", rest, []);
  if (!name || (text === undefined) === (path === undefined))
    throw new UsageError(`-fw_cfg ${value}: expected name=opt/NAME and one of string=TEXT, file=PATH`);
  const what = path === undefined ? { text: text as string } : { path };
  options.firmwareFiles.push({ name, ...what });
}

/** A list is asked for. */
export function isQuestion(value: string): boolean {
  return value === "help" || value === "?";
}
