// `npm start [-- --port N] [--host NAME]`: builds the course if anything changed, serves it, prints the address.
// What can go wrong is said in one sentence, and the exit code is 1.
import { build } from "./build.ts";
import { serveFolder } from "./serve.ts";
import { root } from "./steps.ts";

/** What the command line and the environment ask for, or the sentence that says what is wrong with it. */
export function readOptions(args: string[], env: Record<string, string | undefined>): Options | string {
  const options: Options = { host: "127.0.0.1", port: 4321 };
  const values = args.flatMap((arg) => (arg.startsWith("--") && arg.includes("=") ? split(arg) : [arg]));
  let port = env.PORT || undefined;
  let from = "PORT";
  for (let i = 0; i < values.length; i += 2) {
    const value = values[i + 1];
    if (values[i] !== "--port" && values[i] !== "--host")
      return `${values[i]} is unknown: npm start takes --port and --host.`;
    if (value === undefined) return `${values[i]} needs a value.`;
    if (values[i] === "--host") options.host = value;
    else [port, from] = [value, "--port"];
  }
  if (port !== undefined) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
      return `${from} is ${port}: a number from 0 to 65535 was expected.`;
    options.port = Number(port);
  }
  return options;
}

interface Options {
  host: string;
  /** 0 lets the system choose. */
  port: number;
}

function split(arg: string): [string, string] {
  const at = arg.indexOf("=");
  return [arg.slice(0, at), arg.slice(at + 1)];
}

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

async function start() {
  const options = readOptions(process.argv.slice(2), process.env);
  if (typeof options === "string") stop(options);
  const { host, port } = options;
  const ready = Promise.withResolvers<void>();
  const server = serveFolder(`${root}dist/`, ready.promise);
  server.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE")
      stop(`Port ${port} is taken: stop what uses it, or choose another with npm start -- --port ${port + 1}`);
    if (error.code === "EACCES")
      stop(`Port ${port} may not be opened by this user: choose one above 1023 with --port.`);
    if (error.code === "ENOTFOUND" || error.code === "EADDRNOTAVAIL")
      stop(`${host} is not an address of this computer: leave --host out, or give one that is.`);
    stop(`The server failed: ${error.message}.`);
  });
  // The port is taken first: that it is not free should be known before a build, not after it.
  server.listen(port, host, async () => {
    const problem = await build();
    if (problem !== undefined) stop(`The site could not be built:\n${problem.trimEnd()}`);
    ready.resolve();
    const address = server.address();
    const open = typeof address === "object" && address ? address.port : port;
    console.log(`Ring −1 is at http://${host === "127.0.0.1" ? "localhost" : host}:${open}/  (Ctrl+C stops it)`);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}

if (import.meta.main) await start();
