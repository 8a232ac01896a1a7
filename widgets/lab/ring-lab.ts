/**
 * `<ring-lab lab="02-boot-sector">`: a lab at work. It fills the panes that a lab's page has for it (data-lab-actions,
 * -editor, -machine, -rubric), or makes its own where it stands alone, and connects what is done elsewhere: the work
 * and its store, the editor, the machine, the grader.
 */
import { html, nothing, render, type TemplateResult } from "lit";
import { say } from "../model/speech.ts";
import { pageTurns } from "../model/turns.ts";
import { browserParts, download, liveAsTab, openStorage, openStore, pickFile, tabName } from "./browserparts.ts";
import { CodePane, type Notice } from "./codepane.ts";
import type { SaveState } from "./desk.ts";
import { writeHandIn } from "./handin.ts";
import { historyView, versionKey } from "./historyview.ts";
import { LabMachine } from "./labmachine.ts";
import { LabWork, sameFiles } from "./labwork.ts";
import { type MachinePane, mountMachine } from "./machinepane.ts";
import { clockTime, mark } from "./marks.ts";
import type { Report } from "./report.ts";
import type { Files, Moment } from "./rubric.ts";
import { rubricView } from "./rubricview.ts";
import { type LabServices, labServices } from "./services.ts";
import type { Version } from "./store.ts";

const ASSEMBLE_DELAY_MS = 300;

const saveWords: Readonly<Record<SaveState["kind"], string>> = {
  starter: "",
  saving: "Saving",
  saved: "Saved",
  full: "Not saved: storage is full",
  closed: "Not kept by this browser",
};

export class RingLab extends HTMLElement {
  private services!: LabServices;
  private work!: LabWork;
  private pane!: CodePane;
  private machine!: LabMachine;
  private machinePane!: MachinePane;
  private notices: readonly Notice[] = [];
  /** The entry of History whose difference is shown. */
  private shown: string | undefined;
  private checking: Promise<Report | undefined> | undefined;
  private problem: string | undefined;
  private hints = 0;
  private assembleTimer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    if (!this.dataset.ready) void this.start();
  }

  private async start(): Promise<void> {
    this.dataset.ready = "starting";
    const id = this.getAttribute("lab") ?? "";
    const services = await labServices(id);
    if (!services) {
      this.textContent = `There is no lab “${id}”.`;
      return;
    }
    this.services = services;
    liveAsTab();
    this.work = new LabWork(services.lab, services.starter, browserParts(await openStore()), {
      changed: () => this.draw(),
      replaced: (file, text) => {
        this.pane?.replace(file, text);
        this.assembleSoon();
      },
      kept: (version) => this.offer(version),
    });
    await this.work.open(tabName);
    this.hints = Number(openStorage()?.getItem(`ring:lab-hints:${id}`)) || 0;
    this.listen();
    // The thread is given back after each part. The editor comes first: what is typed there is kept from then on.
    this.pane = await pageTurns.take(() => this.makePane());
    await this.pane.mount();
    await pageTurns.take(() => this.mountMachine());
    await pageTurns.take(() => {
      this.dataset.ready = "true";
      this.draw();
    });
    this.assembleSoon();
  }

  private makePane(): CodePane {
    return new CodePane(this.region("editor"), this.services.lab.files, {
      text: (file) => this.work.files[file],
      changed: (file, text) => {
        this.work.edit(file, text);
        this.assembleSoon();
        this.draw();
      },
      check: () => void this.check(),
      reset: (file) => void this.reset(file),
    });
  }

  private mountMachine(): void {
    const { lab } = this.services;
    this.machinePane = mountMachine(this.region("machine"), () => void this.runMachine(), lab.views);
    const { session } = this.machinePane;
    this.machine = new LabMachine(lab, session, () => this.work.files);
    session.addEventListener("change", () => this.lightLine());
  }

  private region(name: string): HTMLElement {
    const found = document.querySelector<HTMLElement>(`[data-lab-${name}]`);
    if (found) return found;
    const own = document.createElement("div");
    own.setAttribute(`data-lab-${name}`, "");
    this.append(own);
    return own;
  }

  private listen(): void {
    const flush = () => void this.work.flush();
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
    addEventListener("pagehide", flush);
    // Not on window: Ctrl+Enter checks while focus is in the lab, and nowhere else.
    (this.closest<HTMLElement>("[data-lab]") ?? this).addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      event.preventDefault();
      void this.check();
    });
  }

  /** Asks the page for one of its parts, where they are tabs. */
  private show(part: "code" | "machine" | "score"): void {
    document.dispatchEvent(new CustomEvent("ring-show", { detail: part }));
  }

  // Code ---------------------------------------------------------------------------------------------------------------

  private assembleSoon(): void {
    clearTimeout(this.assembleTimer);
    this.assembleTimer = setTimeout(() => void this.assemble(), ASSEMBLE_DELAY_MS);
  }

  private async assemble(): Promise<void> {
    try {
      const { files } = this.work;
      const { diagnostics } = await this.machine.assemble(files);
      if (sameFiles(files, this.work.files)) this.pane.setDiagnostics(diagnostics);
    } catch {
      // The engine does not load here: the machine's pane says so. Typing and saving go on.
    }
  }

  private async put(files: Files, why: "before reset" | "before restore"): Promise<Files> {
    const before = await this.work.put(files, why);
    for (const [file, text] of Object.entries(files)) this.pane.replace(file, text);
    this.shown = undefined;
    this.draw();
    return before;
  }

  private async putWithUndo(files: Files, why: "before reset" | "before restore", text: string): Promise<void> {
    const before = await this.put(files, why);
    const undo = () => void this.put(before, "before restore").then(() => this.drop("undo"));
    this.notice({ id: "undo", text, actions: [{ label: "Undo", run: undo }, this.closing("undo")] });
  }

  private reset(file: string): Promise<void> {
    return this.putWithUndo({ [file]: this.services.starter[file] }, "before reset", `${file} is as given again.`);
  }

  private restore(files: Files): Promise<void> {
    return this.putWithUndo(files, "before restore", `${Object.keys(files).join(", ")} restored.`);
  }

  private offer(version: Version): void {
    const { file, text, editedAt } = version;
    this.notice({
      id: "other-tab",
      text: `Another tab's ${file} of ${clockTime(editedAt)} was kept; the newer edit stands.`,
      actions: [
        { label: "Show difference", run: () => this.showEntry(versionKey(version)) },
        { label: "Restore it", run: () => void this.restore({ [file]: text }).then(() => this.drop("other-tab")) },
        this.closing("other-tab"),
      ],
    });
  }

  private showEntry(key: string): void {
    this.shown = key;
    this.draw();
    this.show("score");
    const entry = this.region("rubric").querySelector<HTMLElement>(`[data-entry="${key}"]`);
    entry?.scrollIntoView({ block: "nearest" });
    entry?.querySelector<HTMLElement>("button")?.focus();
  }

  private exportWork(): void {
    download(`${this.services.lab.id}.ring-work.json`, this.work.exportText());
  }

  private async importWork(): Promise<void> {
    const file = await pickFile(".json");
    if (!file) return;
    const read = await this.work.importBytes(new Uint8Array(await file.arrayBuffer()));
    const close = this.closing("import");
    if ("message" in read) {
      this.notice({ id: "import", text: `${file.name}: ${read.message}`, alert: true, actions: [close] });
      return;
    }
    const restore = { label: "Restore it", run: () => void this.restore(read.files).then(() => this.drop("import")) };
    const text = `${file.name} is under History. Nothing of yours was replaced.`;
    this.notice({ id: "import", text, actions: [restore, close] });
    const [newest] = this.work.versions;
    if (newest) this.showEntry(versionKey(newest));
  }

  private notice(notice: Notice): void {
    this.notices = [...this.notices.filter(({ id }) => id !== notice.id), notice];
    this.draw();
  }

  private drop(id: string): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
    this.draw();
  }

  private closing(id: string): Notice["actions"][number] {
    return { label: "Close", run: () => this.drop(id) };
  }

  /** What is said of the store itself; the words are look.md's. */
  private storageNotice(): Notice[] {
    const { kind } = this.work.saveState;
    if (kind !== "full" && kind !== "closed") return [];
    const what = kind === "full" ? "This browser's storage is full." : "This browser keeps nothing for this page.";
    const actions = [{ label: "Export it now", run: () => this.exportWork() }];
    return [{ id: "storage", text: `${what} Your work is safe in this tab.`, alert: true, actions }];
  }

  // Check and hand-in ----------------------------------------------------------------------------------------------------

  private check(): Promise<Report | undefined> {
    this.checking ??= this.runCheck().finally(() => {
      this.checking = undefined;
      this.draw();
      this.region("rubric").scrollIntoView({ block: "start" });
    });
    this.draw();
    return this.checking;
  }

  private async runCheck(): Promise<Report | undefined> {
    const { lab, grader } = this.services;
    const { files } = this.work;
    this.problem = undefined;
    this.show("score");
    void this.work.flush();
    try {
      const report = await grader.grade(lab.id, files);
      await this.work.keepAttempt(files, report);
      const passed = report.rows.filter(({ state }) => state === "passed").length;
      say("lab", `${report.earned} of ${report.points} points. ${passed} of ${lab.items.length} checks passed.`);
      const detail = { lab: lab.id, share: report.earned / report.points };
      this.dispatchEvent(new CustomEvent("ring-progress", { bubbles: true, composed: true, detail }));
      return report;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** Hands in what is in the editor: checked first, so that the file's report is of these files. */
  private async handIn(): Promise<void> {
    const { files } = this.work;
    const [last] = this.work.attempts;
    const fresh = last && sameFiles(last.files, files) && last.report.labVersion === this.services.lab.version;
    const report = fresh ? last.report : await this.check();
    if (!report) return;
    const name = `${report.lab}.ring.json`;
    download(name, writeHandIn(files, report, new Date()));
    const text = `${name} holds your files and this report, ${report.earned} of ${report.points}. The course grades the files again.`;
    this.notice({ id: "handed-in", text, actions: [this.closing("handed-in")] });
  }

  // Machine --------------------------------------------------------------------------------------------------------------

  private runMachine(): Promise<void> {
    return this.drive("Build and run", async () => {
      const { diagnostics } = await this.machine.run();
      this.pane.setDiagnostics(diagnostics);
    });
  }

  private seeItHappen(moment: Moment): Promise<void> {
    this.show("machine");
    return this.drive("See it happen", async () => {
      await this.machine.open(this.work.attempts[0]?.files ?? this.work.files, moment);
      this.lightLine(true);
    });
  }

  /** The engine may not load, or be started again under what was asked: said, and asked again by a button. */
  private async drive(name: string, act: () => Promise<void>): Promise<void> {
    this.drop("engine");
    try {
      await act();
      this.machinePane.explain(this.machine.scenario?.title);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const again = { label: "Try again", run: () => void this.drive(name, act) };
      const text = `“${name}” was lost: ${why}. Your work is safe.`;
      this.notice({ id: "engine", text, alert: true, actions: [again, this.closing("engine")] });
    }
  }

  private lightLine(scroll = false): void {
    const { place, built } = this.machine;
    const shown = sameFiles(built, this.work.files) && place?.file === this.pane.file;
    this.pane.editor?.light(shown ? place?.line : undefined, scroll);
  }

  // Drawing --------------------------------------------------------------------------------------------------------------

  private draw(): void {
    if (this.dataset.ready !== "true") return;
    this.pane.setNotices([...this.storageNotice(), ...this.notices]);
    this.pane.setEdited(!sameFiles(this.work.files, this.services.starter));
    render(this.actionsView(), this.region("actions"));
    const score = document.querySelector('[data-tab="score"]');
    const [checked] = this.work.attempts;
    if (score && checked) score.textContent = `${checked.report.earned}/${checked.report.points}`;
    render(html`${this.rubric()}${this.history()}`, this.region("rubric"));
  }

  private rubric(): TemplateResult {
    const [last] = this.work.attempts;
    const state = {
      lab: this.services.lab,
      report: last?.report,
      checkedAt: last?.at,
      checking: this.checking !== undefined,
      stale: last !== undefined && !sameFiles(last.files, this.work.files),
      problem: this.problem,
      hints: this.hints,
    };
    return rubricView(state, {
      check: () => void this.check(),
      seeItHappen: (moment) => void this.seeItHappen(moment),
      goTo: ({ file, line }) => {
        this.show("code");
        this.pane.goTo(file, line);
      },
      showHint: () => this.showHint(),
      handIn: () => void this.handIn(),
    });
  }

  private history(): TemplateResult {
    const { attempts, versions, files } = this.work;
    return historyView(
      { attempts, versions, files, shown: this.shown },
      {
        show: (key) => {
          this.shown = key;
          this.draw();
        },
        restore: (texts) => void this.restore(texts),
        exportWork: () => this.exportWork(),
        importWork: () => void this.importWork(),
      },
    );
  }

  private showHint(): void {
    this.hints++;
    this.draw();
    try {
      openStorage()?.setItem(`ring:lab-hints:${this.services.lab.id}`, String(this.hints));
    } catch {
      // Shown until the page is left.
    }
  }

  private actionsView(): TemplateResult {
    const state = this.work.saveState;
    const checking = this.checking !== undefined;
    return html`
      <span class="lab-saved" data-saved=${state.kind}>${saveWords[state.kind]}${
        state.kind === "saved" ? html` <time>${clockTime(state.at)}</time>` : nothing
      }</span>
      <button type="button" class="button primary" data-check aria-disabled=${String(checking)} @click=${() => void this.check()}>
        ${mark("passed")}${checking ? "Checking" : "Check"}
      </button>
      <button type="button" class="button" data-hand-in @click=${() => void this.handIn()}>Hand in</button>
    `;
  }
}

if (!customElements.get("ring-lab")) customElements.define("ring-lab", RingLab);
