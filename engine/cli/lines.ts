/** The far ends of the machine's lines, at work: the terminal, files, sockets. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { reasonOf } from "./images.ts";
import type { Line, SocketLine } from "./lineflags.ts";
import { UsageError } from "./usage.ts";

/** Takes bytes that came in; answers how many. The others are offered again. */
export type Take = (bytes: Uint8Array) => number;

/** One far end. What is sent is gathered until `flush`. */
export interface LineEnd {
  send(byte: number): void;
  flush(): void;
  /** Who gets what comes in; the first who asks. */
  take(taker: Take): void;
  /** Whether something may still come in. */
  readonly listens: boolean;
  close(): void;
}

const RETRY_MS = 10;
/** Bytes that wait for a socket nobody reads, or for one that is not there yet. */
const MAX_WAITING = 2 ** 20;

/** Where bytes come from; it waits while there are some that nobody took. */
interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Bytes that came in and were not taken yet. */
export class Incoming {
  readonly #source: () => Source | undefined;
  #taker: Take | undefined;
  #left: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(source: () => Source | undefined) {
    this.#source = source;
  }

  set taker(taker: Take) {
    this.#taker ??= taker;
  }

  add(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#left.push(byte);
    this.#offer();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #offer(): void {
    clearTimeout(this.#timer);
    if (this.#taker === undefined) this.#left = [];
    else if (this.#left.length > 0) this.#left.splice(0, this.#taker(Uint8Array.from(this.#left)));
    if (this.#left.length === 0) {
      this.#source()?.resume();
      return;
    }
    this.#source()?.pause();
    this.#timer = setTimeout(() => this.#offer(), RETRY_MS);
  }
}

/** What goes to a file descriptor. */
class FileEnd implements LineEnd {
  readonly listens = false;
  readonly #file: number;
  readonly #bytes: number[] = [];

  constructor(file: number) {
    this.#file = file;
  }

  send(byte: number): void {
    this.#bytes.push(byte);
  }

  flush(): void {
    if (this.#bytes.length > 0) writeSync(this.#file, Uint8Array.from(this.#bytes.splice(0)));
  }

  take(): void {}

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

/** Nobody. */
class NullEnd implements LineEnd {
  readonly listens = false;
  send(): void {}
  flush(): void {}
  take(): void {}
  close(): void {}
}

/** A connection, or a server that has one client at a time. */
class SocketEnd implements LineEnd {
  readonly listens = true;
  readonly #incoming = new Incoming(() => this.#socket);
  readonly #path: string | undefined;
  #bytes: number[] = [];
  #socket: Socket | undefined;
  #server: Server | undefined;

  private constructor(line: SocketLine) {
    this.#path = "path" in line.at && line.listens ? line.at.path : undefined;
  }

  /** Resolves when it is connected, or listens, where it need not wait. */
  static open(flag: string, line: SocketLine): Promise<SocketEnd> {
    const end = new SocketEnd(line);
    const where = "path" in line.at ? line.at.path : `${line.at.host}:${line.at.port}`;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(
          new UsageError(
            `${flag} ${where}: ${reasonOf(error)}; expected ${line.listens ? "a free port" : "somebody who listens"}`,
          ),
        );
      if (line.listens) {
        const server = createServer((socket) => {
          end.#connected(socket);
          resolve(end);
        });
        end.#server = server;
        server.once("error", fail);
        server.listen(line.at, () => {
          if (!line.waits) resolve(end);
          else process.stderr.write(`ring: waiting for a connection on ${where}\n`);
        });
        return;
      }
      const socket = dial(line.at);
      socket.once("error", fail);
      socket.once("connect", () => {
        end.#connected(socket);
        resolve(end);
      });
    });
  }

  send(byte: number): void {
    if (this.#bytes.length < MAX_WAITING) this.#bytes.push(byte);
  }

  flush(): void {
    if (this.#socket !== undefined && this.#bytes.length > 0 && this.#socket.writableLength < MAX_WAITING) {
      this.#socket.write(Uint8Array.from(this.#bytes));
      this.#bytes = [];
    }
  }

  take(taker: Take): void {
    this.#incoming.taker = taker;
  }

  close(): void {
    this.flush();
    this.#incoming.close();
    this.#socket?.end();
    this.#server?.close();
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }

  #connected(socket: Socket): void {
    if (this.#socket !== undefined) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#incoming.add(chunk));
    const gone = () => {
      this.#socket = undefined;
    };
    socket.on("error", gone);
    socket.on("close", gone);
  }
}

/** Opens a line's far end; `terminal` is the end of `stdio`. */
export async function openLine(flag: string, line: Line, terminal: LineEnd): Promise<LineEnd> {
  switch (line.kind) {
    case "stdio":
      return terminal;
    case "null":
      return new NullEnd();
    case "socket":
      return SocketEnd.open(flag, line);
    case "file":
      try {
        return new FileEnd(openSync(line.path, line.appends ? "a" : "w"));
      } catch (error) {
        throw new UsageError(`${flag} ${line.path}: ${reasonOf(error)}; expected a file that can be written`);
      }
  }
}
