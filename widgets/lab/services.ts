/** What a lab's page is given from above: the lab itself, the files it starts from, and a grader off the page's thread. */
import type { GradeClient } from "./gradeclient.ts";
import type { Files, Lab } from "./rubric.ts";

export interface LabServices {
  readonly lab: Lab;
  readonly starter: Files;
  readonly grader: GradeClient;
}

type Provider = (id: string) => Promise<LabServices | undefined>;

let provide: (provider: Provider) => void = () => {};
const provider = new Promise<Provider>((resolve) => {
  provide = resolve;
});

/** Called once by labs/page.ts: widgets stand below the labs and do not know them. */
export function provideLabs(from: Provider): void {
  provide(from);
}

/** The lab's services; waits for `provideLabs`. Undefined: there is no such lab. */
export async function labServices(id: string): Promise<LabServices | undefined> {
  return (await provider)(id);
}
