// <ring-system>: what only an operating system has to do with. Control registers, EFER, flags and debug registers by the
// names of their bits, each with what it changes and a button that flips it; all model-specific registers that the
// machine's processor has; CPUID's answers by the names of features. `of` shows one of the three.
import { html, nothing, type TemplateResult } from "lit";
import type { CpuidLeaf, RegisterFile, SystemRegisters } from "../../engine/index.ts";
import { bitEffects } from "../model/biteffects.ts";
import { type Bit, isSet, namedBits } from "../model/bits.ts";
import { leafName, leafTitle, leafWords } from "../model/cpuidwords.ts";
import { msrFields } from "../model/msrfields.ts";
import { hex } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { framed, shared, tokens } from "../style.ts";
import { systemStyle } from "./system-style.ts";
import { MachineView } from "./view.ts";

const parts = [
  { name: "control", title: "Control" },
  { name: "msr", title: "MSRs" },
  { name: "cpuid", title: "CPUID" },
] as const;
type Part = (typeof parts)[number]["name"];

/** A register of the first part: its value, and which of its bits may be flipped. */
interface Register {
  readonly name: string;
  readonly value: bigint;
  readonly before: bigint | undefined;
  readonly flippable: number;
}

export class RingSystem extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String, means: ["control", "msr", "cpuid"] },
    names: { type: String },
    file: { state: true },
    system: { state: true },
    tab: { state: true },
    chosen: { state: true },
    filter: { state: true },
  };
  /** "control", "msr" or "cpuid"; without it, all three behind tabs. */
  declare of: Part | "";
  /** Registers of the first part, as in "CR0 CR4 EFER"; without it, all. */
  declare names: string;
  declare file: RegisterFile | undefined;
  declare system: SystemRegisters | undefined;
  declare tab: Part;
  /** The bit that is read about: "CR0.PE". */
  declare chosen: string;
  declare filter: string;

  static override styles = [tokens, shared, framed, systemStyle];

  protected override get hasControls(): boolean {
    return true;
  }

  constructor() {
    super();
    this.of = "";
    this.names = "";
    this.file = undefined;
    this.system = undefined;
    this.tab = "control";
    this.chosen = "";
    this.filter = "";
  }

  protected override async load(reader: Reader, _session: MachineSession): Promise<void> {
    const [file, system] = await Promise.all([reader.registers(), reader.systemRegisters()]);
    this.file = file;
    this.system = system;
  }

  private get registers(): Register[] {
    const { file, system, session } = this;
    if (!file) return [];
    const before = session?.active ? undefined : session?.before;
    const control = file.control.map(({ name, value }) => ({
      name: name as string,
      value,
      before: before?.control.find((one) => one.name === name)?.value,
      flippable: system?.writable[name as "CR0"] ?? 0,
    }));
    const flags = {
      name: "EFLAGS",
      value: BigInt(file.flags),
      before: before && BigInt(before.flags),
      flippable: 0x3f7fd5,
    };
    const debug = (system?.debug ?? []).map(({ name, value }) => ({ name, value, before: undefined, flippable: 0 }));
    const wanted = this.names.split(/[\s,]+/).filter(Boolean);
    return [...control, flags, ...debug].filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  }

  // Keys: chips and tabs are one Tab stop each, arrows inside ------------------------------------------------------------

  private onChipKey(event: KeyboardEvent): void {
    const from = (event.composedPath()[0] as HTMLElement).dataset?.["bit"];
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!from || by === undefined) return;
    event.preventDefault();
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>("button[data-bit]")];
    const next = all[all.findIndex((one) => one.dataset["bit"] === from) + by]?.dataset["bit"];
    if (!next) return;
    this.chosen = next;
    this.renderRoot.querySelector<HTMLElement>(`button[data-bit="${next}"]`)?.focus();
  }

  private onTabKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = parts.findIndex(({ name }) => name === this.tab);
    this.tab = parts[(at + by + parts.length) % parts.length].name;
    this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tab}`)?.focus();
  }

  // Drawing ------------------------------------------------------------------------------------------------------------

  override render() {
    const part = this.of || this.tab;
    const title = { control: "Control registers", msr: "Model-specific registers", cpuid: "CPUID" }[part];
    const head = html`<div class="head"><p class="title">${this.of ? title : "System registers"}</p></div>`;
    if (!this.file) return html`${head}<p class="empty">The registers appear when the machine wakes.</p>`;
    const body = part === "control" ? this.renderControl() : part === "msr" ? this.renderMsrs() : this.renderCpuid();
    if (this.of) return html`${head}${body}`;
    return html`${head}<div class="tabs" role="tablist" aria-label="System registers" @keydown=${this.onTabKey}>${parts.map(
      ({ name, title: text }) => html`<button class="button" role="tab" id=${`tab-${name}`} aria-controls="panel"
        aria-selected=${name === part ? "true" : "false"} tabindex=${name === part ? 0 : -1} @click=${() => {
          this.tab = name;
          this.filter = "";
        }}>${text}</button>`,
    )}</div><div role="tabpanel" id="panel" aria-labelledby=${`tab-${part}`}>${body}</div>`;
  }

  private renderControl(): TemplateResult {
    const { registers } = this;
    const first = registers.find(({ name }) => name in namedBits);
    const stop = this.chosen || (first ? `${first.name}.${namedBits[first.name][0].name}` : "");
    return html`<div @keydown=${this.onChipKey}>${registers.map((register) => this.renderRegister(register, stop))}</div>
      ${this.renderBitTable(registers)}`;
  }

  private renderRegister(register: Register, stop: string): TemplateResult {
    const { name, value } = register;
    const digits = value > 0xffffffffn ? 16 : 8;
    const open = this.chosen.startsWith(`${name}.`) ? this.renderAbout(register) : nothing;
    return html`<div class="register"><span class="name">${name}</span><span class="value">${hex(value, digits)}</span>
      ${
        name in namedBits
          ? html`<div class="chips beside" role="group" aria-label=${`Bits of ${name}`}>${namedBits[name].map((bit) => this.renderChip(register, bit, stop))}</div>`
          : nothing
      }</div>${open}`;
  }

  private renderChip(
    { name, value, before }: Register,
    { name: bit, bit: number, says }: Bit,
    stop: string,
  ): TemplateResult {
    const full = `${name}.${bit}`;
    const on = isSet(value, number);
    const flipped = before !== undefined && isSet(before, number) !== on;
    return html`<button class="chip ${on ? "on" : ""} ${flipped ? "flipped" : ""}" data-bit=${full} tabindex=${full === stop ? 0 : -1}
      aria-expanded=${full === this.chosen ? "true" : "false"} aria-label=${`${full}, ${says}: ${on ? 1 : 0}${flipped ? ", changed" : ""}`} title=${`${full}: ${says}`}
      @click=${() => {
        this.chosen = this.chosen === full ? "" : full;
      }}>${bit}</button>`;
  }

  private renderAbout(register: Register): TemplateResult {
    const { name, value, flippable } = register;
    const bit = namedBits[name].find((one) => `${name}.${one.name}` === this.chosen)!;
    const on = isSet(value, bit.bit);
    const can = ((flippable >>> bit.bit) & 1) === 1;
    const effect = bitEffects[this.chosen];
    return html`<div class="about"><p><b>${this.chosen}</b>, bit ${bit.bit}, is ${on ? 1 : 0}: ${bit.says}.${effect ? ` When set: ${effect}` : ""}</p>
      ${
        can
          ? html`<button class="button" @click=${() => this.session?.writeRegister(name, value ^ (1n << BigInt(bit.bit)))}>Make it ${on ? 0 : 1}</button>
            <span class="dim">From outside, without the checks that an instruction makes.</span>`
          : html`<span class="dim">${name.startsWith("DR") ? "It is for the guest to write." : "This processor does not let software change it."}</span>`
      }</div>`;
  }

  private renderBitTable(registers: readonly Register[]): TemplateResult {
    const rows = registers.flatMap(({ name, value }) =>
      (namedBits[name] ?? []).map(
        (bit) => html`<tr><th scope="row" class="mono">${name}.${bit.name}</th><td class="mono">${bit.bit}</td>
          <td class="mono">${isSet(value, bit.bit) ? 1 : 0}</td><td>${bit.says}. ${bitEffects[`${name}.${bit.name}`] ?? ""}</td></tr>`,
      ),
    );
    return html`<details><summary>Show as table</summary><div class="scroll" tabindex="0" role="region" aria-label="Bits of the system registers">
      <table class="list"><thead><tr><th scope="col">bit</th><th scope="col">number</th><th scope="col">is</th><th scope="col">when set</th></tr></thead>
      <tbody>${rows}</tbody></table></div></details>`;
  }

  private renderFilter(label: string): TemplateResult {
    return html`<div class="filter"><label for="filter">${label}</label><input id="filter" autocomplete="off" spellcheck="false" .value=${this.filter}
      @input=${(event: Event) => {
        this.filter = (event.target as HTMLInputElement).value.trim().toUpperCase();
      }} /></div>`;
  }

  private renderMsrs(): TemplateResult {
    const all = this.system?.msrs ?? [];
    if (all.length === 0) return html`<p class="empty">None is known here, or the processor has none.</p>`;
    const shown = all.filter(
      ({ name, number }) => name.toUpperCase().includes(this.filter) || hex(number).toUpperCase().includes(this.filter),
    );
    return html`${this.renderFilter(`${shown.length} of ${all.length}; name or number`)}
      <div class="scroll" tabindex="0" role="region" aria-label="Model-specific registers"><table class="list">
      <thead><tr><th scope="col">number</th><th scope="col">name</th><th scope="col">value</th></tr></thead>
      <tbody>${shown.map(({ name, number, value }) => {
        const fields = msrFields(name, value);
        return html`<tr><th scope="row" class="mono">${hex(number, 8)}</th><td class="mono">${name}</td><td class="mono">${hex(value, 16)}</td></tr>
          ${fields.length ? html`<tr><td></td><td class="fields" colspan="2">${fields.map(({ name: field, value: part, says }, i) => html`${i ? "; " : ""}${field} <span class="mono">${part}</span>, ${says}`)}.</td></tr>` : nothing}`;
      })}</tbody></table></div>`;
  }

  private renderCpuid(): TemplateResult {
    const all = this.system?.cpuid ?? [];
    if (all.length === 0) return html`<p class="empty">No answers are known here, or the processor has no CPUID.</p>`;
    const matches = (leaf: CpuidLeaf) =>
      !this.filter ||
      leafName(leaf).toUpperCase().includes(this.filter) ||
      leaf.features.some(({ name }) => name.includes(this.filter));
    return html`${this.renderFilter("Feature or leaf")}
      <div class="scroll" tabindex="0" role="region" aria-label="Answers of CPUID">${all.filter(matches).map((leaf) => this.renderLeaf(leaf))}</div>`;
  }

  private renderLeaf(leaf: CpuidLeaf): TemplateResult {
    const { answer, features } = leaf;
    const shown = features.filter(({ name }) => !this.filter || name.includes(this.filter));
    const words = leafWords(leaf);
    return html`<div class="leaf"><p class="leaf-name"><span class="mono">${leafName(leaf)}</span> ${leafTitle(leaf)}</p>
      <div class="words">${["EAX", "EBX", "ECX", "EDX"].map((name, n) => html`<span><span class="dim">${name}</span> ${hex(answer[n], 8)}</span>`)}</div>
      ${words ? html`<p>${words}</p>` : nothing}
      ${
        shown.length
          ? html`<ul class="chips">${shown.map(
              ({ name, register, bit, present }) =>
                html`<li class="chip ${present ? "on" : ""}" title=${`${register} bit ${bit}`}>${name}<span class="sr">, ${register} bit ${bit}: ${present ? "yes" : "no"}</span></li>`,
            )}</ul>`
          : nothing
      }</div>`;
  }
}
