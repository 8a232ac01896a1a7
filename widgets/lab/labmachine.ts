/**
 * The lab's machine in the page: builds the files, puts them on the machine's floppy, runs it, and opens it at a moment
 * that a check told of. Which source line is about to execute is known as long as the machine runs what was built.
 */
import type { AssembleAnswer } from "../../engine/index.ts";
import { litAddress } from "../model/lit-address.ts";
import { pageEngine } from "../model/page-engine.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { addressText } from "../model/words.ts";
import { type Files, type Lab, type Moment, type Place, type Scenario, scenarioWrites } from "./rubric.ts";

export class LabMachine {
  readonly session: MachineSession;
  private readonly lab: Lab;
  private readonly files: () => Files;
  private build: AssembleAnswer | undefined;
  /** The files that it runs. */
  built: Files | undefined;
  /** What a run in a scenario has changed, in words; undefined for the machine as it is. */
  scenario: Scenario | undefined;

  /** `session` is the page's; its disk is the lab's from now on. */
  constructor(lab: Lab, session: MachineSession, files: () => Files) {
    this.lab = lab;
    this.session = session;
    this.files = files;
    session.origin.configuration = async () => lab.configuration(await this.make(this.files()));
  }

  /** Assembles off the page's thread; bad source is an answer with diagnostics. */
  async assemble(files: Files): Promise<AssembleAnswer> {
    const { text, request } = this.lab.source(files);
    return (await pageEngine()).assemble(text, request);
  }

  /** Assembles what the machine is about to run. */
  private async make(files: Files): Promise<AssembleAnswer> {
    this.build = await this.assemble(files);
    this.built = files;
    return this.build;
  }

  /** Builds, powers on and runs. Answers what was built; with errors nothing runs. */
  async run(): Promise<AssembleAnswer> {
    const files = this.files();
    const build = await this.assemble(files);
    if (build.diagnostics.some(({ severity }) => severity === "error")) {
      say("lab", `The file does not assemble: ${build.diagnostics[0].message}`);
      return build;
    }
    this.scenario = undefined;
    this.outline();
    this.build = build;
    this.built = files;
    await this.session.powerOn(this.lab.configuration(build));
    void this.session.run();
    return build;
  }

  /** Opens the machine one instruction before a check's moment, with the files that were checked. */
  async open(files: Files, moment: Moment): Promise<void> {
    const build = await this.make(files);
    const scenario = this.lab.scenarios[moment.scenario];
    const { session } = this;
    this.scenario = moment.scenario === "plain" ? undefined : scenario;
    await session.powerOn(this.lab.configuration(build));
    const writes = [...scenarioWrites(scenario)];
    if (writes.length > 0) {
      await session.run({ address: scenario.at, tick: moment.tick });
      for (const write of writes) {
        if ("register" in write) await session.handle?.writeRegister(write.register, write.value);
        else await session.handle?.writeMemory("physical", write.address, write.bytes);
      }
    }
    // Past the moment first, then back: what came after is then known, and the machine stands in its past.
    await session.run({ tick: moment.tick });
    await session.goTo(moment.tick - 1);
    this.outline(moment.outline);
  }

  /** Outlines what decided, and brings memory to where it is. */
  private outline(what = ""): void {
    const address = what.startsWith("0x") ? Number(what) : undefined;
    if (address !== undefined) this.session.follow(address);
    this.session.outline(address === undefined ? what : addressText(address));
  }

  /** The line that is about to execute, while the machine stands in what was built last. */
  get place(): Place | undefined {
    const status = this.session.handle?.status;
    if (!status || status.state === "running" || !this.build) return undefined;
    const at = litAddress(status) ?? 0;
    const line = this.build.lines.find(({ address, length }) => at >= address && at < address + length);
    return line && { file: line.file, line: line.line };
  }
}
