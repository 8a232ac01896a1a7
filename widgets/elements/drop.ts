// <ring-drop machine="id">: a reader's own disks for a machine. Files are dropped anywhere on the page or chosen, told
// apart by their bytes (model/own-files.ts), put where they belong or where the reader says, and the machine is powered on
// with them. They stay in the page: nothing is sent anywhere, and a guest writes beside them, not into them.
import { css, html, nothing } from "lit";
import { byteSize } from "../model/number.ts";
import {
  configurationOf,
  describe,
  fault,
  MAX_BYTES,
  type OwnFile,
  PLACES,
  type Place,
  recognise,
} from "../model/own-files.ts";
import { say } from "../model/speech.ts";
import { shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

const MEMORIES = [16, 32, 64, 128, 256, 512, 1024];
const PROCESSORS = [1, 2, 4, 8];
/** Between two changes of what a long read says, ms. */
const PROGRESS_MS = 200;

export class RingDrop extends MachineView {
  static override properties = {
    ...MachineView.properties,
    files: { state: true },
    memory: { state: true },
    processors: { state: true },
    commandLine: { state: true },
    problem: { state: true },
    reading: { state: true },
    over: { state: true },
  };
  declare files: readonly OwnFile[];
  declare memory: number;
  declare processors: number;
  declare commandLine: string;
  declare problem: string;
  /** What is being read, with how far it is; empty when nothing is. */
  declare reading: string;
  /** Files are held over the page. */
  declare over: boolean;
  private reads = 0;

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        margin: 24px 0;
      }
      .zone {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        padding: 20px 16px;
        border: 2px dashed var(--_edge);
        border-radius: 6px;
        background: var(--_panel);
      }
      .zone.over {
        border-style: solid;
        border-color: var(--_ink);
        background: var(--_raised);
      }
      .zone p {
        flex: 1 1 260px;
        margin: 0;
      }
      input[type="file"] {
        position: absolute;
        inset: 0;
        width: 100%;
        opacity: 0;
        cursor: pointer;
      }
      .choose {
        position: relative;
        overflow: hidden;
      }
      .choose:focus-within {
        outline: 2px solid var(--_ink);
        outline-offset: 1px;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li,
      .settings {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        padding: 8px 0;
        border-bottom: 1px solid var(--_hairline);
      }
      li .name {
        flex: 1 1 220px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      li .name span {
        display: block;
      }
      select,
      input[type="text"] {
        min-height: var(--_target);
        padding: 2px 8px;
        border: 1px solid var(--_edge);
        border-radius: 4px;
        background: var(--_raised);
      }
      input[type="text"] {
        font: var(--_mono);
        width: 100%;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
      }
      label.wide {
        flex: 1 1 320px;
      }
      .settings .button {
        margin-left: auto;
      }
      .problem {
        margin: 8px 0 0;
        padding: 8px 12px;
        border-left: 4px solid var(--_fault);
        background: var(--_fault-ground);
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.files = [];
    this.memory = 64;
    this.processors = 1;
    this.commandLine = "console=ttyS0";
    this.problem = "";
    this.reading = "";
    this.over = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A file that misses the box must not replace the page.
    for (const kind of ["dragover", "dragleave", "drop"] as const) addEventListener(kind, this.onDrag);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const kind of ["dragover", "dragleave", "drop"] as const) removeEventListener(kind, this.onDrag);
    this.cancel();
  }

  private readonly onDrag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.over = event.type === "dragover";
    if (event.type === "drop") void this.add([...event.dataTransfer.files]);
  };

  private readonly onChoose = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const chosen = [...(input.files ?? [])];
    input.value = "";
    void this.add(chosen);
  };

  private async add(chosen: readonly File[]): Promise<void> {
    const read = ++this.reads;
    this.problem = "";
    try {
      for (const file of chosen) {
        if (file.size > MAX_BYTES)
          throw new Error(
            `${file.name} has ${byteSize(file.size)}; a page's machine takes files up to ${byteSize(MAX_BYTES)}.`,
          );
        const bytes = await this.read(file, read);
        if (!bytes) return;
        const added = { name: file.name, bytes, place: recognise(bytes) };
        this.files = [...this.files, added];
        say("own files", `${file.name}: ${PLACES[added.place]}, ${describe(added)}.`);
      }
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.reading = "";
  }

  /** The bytes of a file, or undefined where the reader has cancelled. */
  private async read(file: File, read: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    let told = performance.now();
    for (const reader = file.stream().getReader(); ; ) {
      const { done, value } = await reader.read();
      if (read !== this.reads) {
        void reader.cancel();
        return undefined;
      }
      if (done) return bytes.subarray(0, at);
      if (at + value.length > bytes.length) throw new Error(`${file.name} grew while it was read. Choose it again.`);
      bytes.set(value, at);
      at += value.length;
      if (performance.now() - told < PROGRESS_MS) continue;
      told = performance.now();
      this.reading = `Reading ${file.name}: ${byteSize(at)} of ${byteSize(file.size)}`;
    }
  }

  private cancel(): void {
    this.reads++;
    this.reading = "";
  }

  private place(file: OwnFile, place: Place): void {
    this.files = this.files.map((one) => (one === file ? { ...one, place } : one));
  }

  private takeOut(file: OwnFile): void {
    this.files = this.files.filter((one) => one !== file);
    this.problem = "";
    this.renderRoot.querySelector<HTMLElement>("input[type=file]")?.focus();
  }

  private async powerOn(): Promise<void> {
    const { session, files } = this;
    this.problem = files.map((file) => fault(file, files)).find(Boolean) ?? "";
    if (this.problem || !session) return;
    // Its checkpoint is of other disks.
    await session.powerOn({
      ...configurationOf(files, this.commandLine),
      memoryMiB: this.memory,
      processors: this.processors,
    });
    this.closest("main")
      ?.querySelector(`#${CSS.escape(session.id)}`)
      ?.scrollIntoView({ block: "nearest" });
    await session.run();
  }

  override render() {
    const hasKernel = this.files.some(({ place }) => place === "kernel");
    return html`
      <div class="zone ${this.over ? "over" : ""}">
        <p>Drop a floppy, a hard disk, a CD or a kernel here. It is read by this page and sent nowhere.</p>
        <span class="choose button">Choose files
          <input type="file" multiple aria-label="Choose files for the machine" @change=${this.onChoose} />
        </span>
      </div>
      ${
        this.reading
          ? html`<p role="status">${this.reading} <button class="button" @click=${() => this.cancel()}>Cancel</button></p>`
          : nothing
      }
      ${
        this.files.length > 0
          ? html`<ul aria-label="Files for the machine">
              ${this.files.map((file) => this.renderFile(file))}
            </ul>`
          : nothing
      }
      <div class="settings">
        ${this.renderChoice("Memory", MEMORIES, this.memory, "MiB", (value) => {
          this.memory = value;
        })}
        ${this.renderChoice("Processors", PROCESSORS, this.processors, "", (value) => {
          this.processors = value;
        })}
        ${
          hasKernel
            ? html`<label class="wide">Command line
                <input type="text" spellcheck="false" autocapitalize="off" .value=${this.commandLine}
                  @input=${(event: Event) => {
                    this.commandLine = (event.target as HTMLInputElement).value;
                  }} />
              </label>`
            : nothing
        }
        <button class="button ${this.files.length > 0 ? "primary" : ""}" @click=${() => this.powerOn()}>Power on</button>
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  private renderFile(file: OwnFile) {
    return html`<li>
      <span class="name"><strong>${file.name}</strong><span class="dim">${describe(file)}</span></span>
      <select aria-label="Where ${file.name} goes"
        @change=${(event: Event) => this.place(file, (event.target as HTMLSelectElement).value as Place)}>
        ${Object.entries(PLACES).map(([place, name]) => html`<option value=${place} ?selected=${place === file.place}>${name}</option>`)}
      </select>
      <button class="button quiet" aria-label="Take ${file.name} out" @click=${() => this.takeOut(file)}>Take out</button>
    </li>`;
  }

  private renderChoice(
    name: string,
    values: readonly number[],
    now: number,
    unit: string,
    take: (value: number) => void,
  ) {
    return html`<label>${name}
      <select @change=${(event: Event) => take(Number((event.target as HTMLSelectElement).value))}>
        ${values.map((value) => html`<option value=${value} ?selected=${value === now}>${value} ${unit}</option>`)}
      </select>
    </label>`;
  }
}
