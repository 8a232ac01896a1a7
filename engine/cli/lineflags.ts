/**
 * Where lines of characters come from and go to, as QEMU spells it: `-serial`, `-chardev`, `-debugcon`, `-monitor`,
 * `-parallel`.
 */
import { expectKeys, integer, kindAndProperties, onOff, type Properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** The far end of a line. One object is one end: two parts of the machine may share it. */
export type Line =
  /** The terminal. `isMuxed`: Ctrl-A is ours and Ctrl-C the guest's. */
  | { readonly kind: "stdio"; readonly isMuxed?: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "file"; readonly path: string; readonly appends?: boolean }
  | SocketLine;

/** A connection of TCP, or a socket in the file system. As a server it may wait for its client before the start. */
export interface SocketLine {
  readonly kind: "socket";
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly listens: boolean;
  readonly waits: boolean;
}

const FORMS = "stdio, mon:stdio, null, file:PATH, tcp:HOST:PORT[,server=on][,wait=off], unix:PATH or chardev:ID";

/** A line in the older spelling, `tcp::4444,server=on,wait=off`; `chardevs` are looked up by `chardev:ID`. */
export function line(flag: string, text: string, chardevs: ReadonlyMap<string, Line> = new Map()): Line {
  const [first, given] = kindAndProperties(text);
  const at = first.indexOf(":");
  const [kind, rest] = at < 0 ? [first, ""] : [first.slice(0, at), first.slice(at + 1)];
  if (text === "mon:stdio") return { kind: "stdio", isMuxed: true };
  if (text === "stdio") return { kind: "stdio" };
  if (text === "null" || text === "none") return { kind: "null" };
  if (kind === "file" && rest !== "") return { kind: "file", path: text.slice(5) };
  if (kind === "chardev") {
    const known = chardevs.get(rest);
    if (known === undefined) throw new UsageError(`${flag} ${text}: there is no -chardev with id=${rest}`);
    return known;
  }
  if (kind === "unix" && rest !== "") return socket(`${flag} ${first}`, { path: rest }, given);
  const place = /^(.*):(\d+)$/.exec(rest);
  if (kind === "tcp" && place !== null)
    return socket(`${flag} ${first}`, { host: place[1] || "localhost", port: port(flag, place[2] as string) }, given);
  throw new UsageError(`${flag} ${text}: expected ${FORMS}`);
}

/** The value of `-chardev`: its id and its line. */
export function chardev(text: string): [id: string, line: Line] {
  const [kind, { id, ...given }] = kindAndProperties(text, "backend");
  const flag = `-chardev ${kind}`;
  if (id === undefined) throw new UsageError(`-chardev ${text}: expected id=ID`);
  switch (kind) {
    case "null":
      expectKeys(flag, given, []);
      return [id, { kind: "null" }];
    case "stdio":
      expectKeys(flag, given, ["mux", "signal"]);
      return [id, onOff(`${flag},mux=`, given["mux"], false) ? { kind: "stdio", isMuxed: true } : { kind: "stdio" }];
    case "file": {
      expectKeys(flag, given, ["path", "append"]);
      if (!given["path"]) throw new UsageError(`-chardev ${text}: expected path=FILE`);
      return [id, { kind: "file", path: given["path"], appends: onOff(`${flag},append=`, given["append"], false) }];
    }
    case "socket": {
      const { host, port: number, path, ...more } = given;
      if (path !== undefined) return [id, socket(flag, { path }, more)];
      if (number === undefined) throw new UsageError(`-chardev ${text}: expected port=N or path=FILE`);
      return [id, socket(flag, { host: host || "localhost", port: port(flag, number) }, more)];
    }
  }
  throw new UsageError(`-chardev ${kind} is not supported yet; there is null, stdio, file and socket`);
}

function socket(flag: string, at: SocketLine["at"], given: Properties): SocketLine {
  const { nowait, ...rest } = given;
  expectKeys(flag, rest, ["server", "wait", "delay", "nodelay", "reconnect", "ipv4", "ipv6", "telnet"]);
  if (onOff(`${flag},telnet=`, rest["telnet"], false))
    throw new UsageError(`${flag},telnet=: telnet is not spoken here`);
  const listens = onOff(`${flag},server=`, rest["server"], false);
  return {
    kind: "socket",
    at,
    listens,
    waits: listens && nowait === undefined && onOff(`${flag},wait=`, rest["wait"], true),
  };
}

function port(flag: string, text: string): number {
  const value = integer(flag, text);
  if (value < 1 || value > 65535) throw new UsageError(`${flag} port ${text}: expected 1 to 65535`);
  return value;
}
