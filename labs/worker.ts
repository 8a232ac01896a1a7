/** The grading worker of a page: the same grader as in Node, on a thread of its own. Protocol: widgets/lab/gradeclient.ts. */
import { engineBench } from "../widgets/lab/enginebench.ts";
import type { GradeReply, GradeRequest } from "../widgets/lab/gradeclient.ts";
import { grade } from "../widgets/lab/grader.ts";
import type { Lab } from "../widgets/lab/rubric.ts";

const labs = import.meta.glob<{ lab: Lab }>("./*/lab.ts");

self.addEventListener("message", async ({ data }: MessageEvent<GradeRequest>) => {
  const { id, lab: name, files } = data;
  let reply: GradeReply;
  try {
    const { lab } = await labs[`./${name}/lab.ts`]();
    reply = { id, report: grade(lab, files, await engineBench()) };
  } catch (error) {
    reply = { id, problem: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply);
});
