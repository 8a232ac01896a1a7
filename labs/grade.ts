// npm run grade -- FILE… [--hidden DIR] [--csv] [--reports DIR]: grades hand-ins again, from their files. The report in a
// hand-in is never believed; it is only compared with. One bad file does not keep the others from being graded.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { HANDIN_MAX_BYTES, type HandIn, readHandIn } from "../widgets/lab/handin.ts";
import { tooLong } from "../widgets/lab/jsonfile.ts";
import { canonical, type Report } from "../widgets/lab/report.ts";
import { labNames, loadLab } from "./folders.ts";
import { type Graded, toCsv, toTable } from "./gradetable.ts";
import type { ThreadReply, ThreadRequest } from "./gradethread.ts";

const USAGE = "npm run grade -- FILE… [--hidden DIR] [--csv] [--reports DIR]";
/** A grading takes seconds; one that takes this long is ended. */
const PATIENCE_MS = 120_000;
/** npm runs scripts in the checkout's folder; names are meant from where npm was called. */
const here = process.env.INIT_CWD ?? process.cwd();

interface Options {
  readonly files: readonly string[];
  readonly hidden: string | undefined;
  readonly reports: string | undefined;
  readonly csv: boolean;
}

/** Reads the command line; text is what is wrong with it. */
export function readOptions(args: readonly string[]): Options | string {
  const files: string[] = [];
  const folders: Record<string, string | undefined> = {};
  let csv = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--csv") csv = true;
    else if (arg === "--hidden" || arg === "--reports") {
      const folder = args[++i];
      if (folder === undefined || folder.startsWith("--")) return `${arg}: expected a folder after it.`;
      folders[arg] = resolve(here, folder);
    } else if (arg.startsWith("--")) return `${arg}: there is no such option. Usage: ${USAGE}`;
    else files.push(arg);
  }
  if (files.length === 0) return `No hand-ins were named. Usage: ${USAGE}`;
  const { "--hidden": hidden, "--reports": reports } = folders;
  if (hidden !== undefined && !existsSync(hidden)) return `--hidden ${hidden}: there is no such folder.`;
  return { files, hidden, reports, csv };
}

/** A thread that grades, and is replaced when it hangs or dies. */
class GradingThread {
  private worker: Worker | undefined;

  ask(request: ThreadRequest): Promise<ThreadReply> {
    this.worker ??= new Worker(new URL("./gradethread.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    const { worker } = this;
    return new Promise((done) => {
      const end = (reply: ThreadReply, broken: boolean) => {
        clearTimeout(timer);
        worker.off("message", hear);
        worker.off("error", fail);
        if (broken) this.close();
        done(reply);
      };
      const hear = (reply: ThreadReply) => end(reply, false);
      const fail = (error: unknown) => end({ problem: `the grader broke: ${(error as Error).message}` }, true);
      const timer = setTimeout(
        () => end({ problem: `the grading did not end in ${PATIENCE_MS / 1000} s.` }, true),
        PATIENCE_MS,
      );
      worker.on("message", hear);
      worker.on("error", fail);
      worker.postMessage(request);
    });
  }

  close(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }
}

type Labs = ReadonlyMap<string, { readonly files: readonly string[]; readonly version: number }>;

async function knownLabs(): Promise<Labs> {
  const labs = await Promise.all(labNames().map(loadLab));
  return new Map(labs.map(({ id, files, version }) => [id, { files, version }]));
}

function readFile(file: string, labs: Labs): HandIn | { readonly message: string } {
  const path = resolve(here, file);
  try {
    const { size } = statSync(path);
    if (statSync(path).isDirectory()) return { message: "is a folder; expected a hand-in, a file." };
    if (size > HANDIN_MAX_BYTES) return { message: tooLong(size, "hand-in", HANDIN_MAX_BYTES) };
    return readHandIn(readFileSync(path), labs);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { message: "there is no such file." };
    return { message: `cannot be read (${code ?? "unknown reason"}).` };
  }
}

/** How the report in the hand-in compares with the one made now. */
function compare(handIn: HandIn, report: Report): Graded["page"] {
  if (canonical(handIn.report) === canonical(report)) return "same";
  const other = handIn.engine !== report.engine || handIn.labVersion !== report.labVersion;
  return other ? "other build" : "differs";
}

/** Grades one hand-in; a fault is an answer, too. */
async function gradeFile(file: string, options: Options, labs: Labs, thread: GradingThread): Promise<Graded> {
  const handIn = readFile(file, labs);
  if ("message" in handIn) return { file, problem: handIn.message };
  const reply = await thread.ask({ lab: handIn.lab, files: handIn.files, hidden: options.hidden });
  if ("problem" in reply) return { file, problem: reply.problem };
  const { report, hidden } = reply;
  return { file, handedIn: handIn.handedIn, report, hidden, page: compare(handIn, report) };
}

function keepReports(folder: string, graded: Graded): void {
  if (!graded.report) return;
  mkdirSync(folder, { recursive: true });
  const name = basename(graded.file).replace(/\.ring\.json$|\.json$/, "");
  writeFileSync(`${folder}/${name}.report.json`, canonical(graded.report));
  if (graded.hidden) writeFileSync(`${folder}/${name}.hidden.json`, canonical(graded.hidden));
}

/** The command; answers its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    console.error(options);
    return 1;
  }
  const labs = await knownLabs();
  const thread = new GradingThread();
  const all: Graded[] = [];
  for (const file of options.files) {
    const graded = await gradeFile(file, options, labs, thread);
    all.push(graded);
    if (options.reports !== undefined) keepReports(options.reports, graded);
  }
  thread.close();
  console.log(options.csv ? toCsv(all) : toTable(all, options.hidden !== undefined));
  return all.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(`grade: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
