/**
 * The page's side of the grading worker: one worker, started at the first check, ended when it hangs. The other side is
 * labs/worker.ts.
 */
import type { Report } from "./report.ts";
import type { Files } from "./rubric.ts";

export interface GradeRequest {
  readonly id: number;
  readonly lab: string;
  readonly files: Files;
}

export type GradeReply =
  | { readonly id: number; readonly report: Report }
  | { readonly id: number; readonly problem: string };

/** A grading takes a second or two; what takes this long does not end. */
const PATIENCE_MS = 60_000;

export class GradeClient {
  private readonly makeWorker: () => Worker;
  private worker: Worker | undefined;
  private next = 1;

  constructor(makeWorker: () => Worker) {
    this.makeWorker = makeWorker;
  }

  /** Grades off the page's thread. Rejects with an Error whose message can be shown. */
  grade(lab: string, files: Files): Promise<Report> {
    this.worker ??= this.makeWorker();
    const { worker } = this;
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        worker.removeEventListener("message", hear);
        worker.removeEventListener("error", broken);
        settle();
      };
      const giveUp = (message: string) => {
        this.close();
        end(() => reject(new Error(message)));
      };
      const hear = ({ data }: MessageEvent<GradeReply>) => {
        if (data.id !== id) return;
        if ("report" in data) end(() => resolve(data.report));
        else end(() => reject(new Error(data.problem)));
      };
      const broken = (event: ErrorEvent) => {
        event.preventDefault();
        giveUp(event.message || "The grader could not be loaded. Check the connection and try again.");
      };
      const timer = setTimeout(() => giveUp(`The check did not end in ${PATIENCE_MS / 1000} s.`), PATIENCE_MS);
      worker.addEventListener("message", hear);
      worker.addEventListener("error", broken);
      worker.postMessage({ id, lab, files } satisfies GradeRequest);
    });
  }

  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }
}
