// <ring-interrupts>: the interrupt controllers as they are now. The pair of 8259s input by input (line, request, mask, in
// service, vector, whose turn it is), the local APIC of each processor, the I/O APIC's redirection table, and on top what
// the processor would be given next. `show` picks: "pic", "apic", "ioapic"; without it all of them.
import { html, nothing, type TemplateResult } from "lit";
import { type Controllers, readControllers } from "../model/interrupt-controllers.ts";
import * as lines from "../model/interrupt-lines.ts";
import { hex } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { framed, shared, tokens } from "../style.ts";
import { interruptsStyle } from "./interrupts-style.ts";
import { MachineView } from "./view.ts";

const inputs = [0, 1, 2, 3, 4, 5, 6, 7];
const bit = (value: number, n: number) => ((value >> n) & 1) === 1;

export class RingInterrupts extends MachineView {
  static override properties = {
    ...MachineView.properties,
    show: { type: String },
    now: { state: true },
  };
  declare show: string;
  declare now: Controllers | undefined;
  /** At the stop before this one, for change marks. */
  private earlier: Controllers | undefined;

  static override styles = [tokens, shared, framed, interruptsStyle];

  constructor() {
    super();
    this.show = "";
    this.now = undefined;
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    if (!session.status) return;
    const read = await readControllers(reader, session.status.tick);
    if (read && this.now && read.tick !== this.now.tick) this.earlier = this.now;
    this.now = read ?? this.now;
  }

  private wants(part: string): boolean {
    return this.show === "" || this.show.split(/[\s,]+/).includes(part);
  }

  override render() {
    const { now } = this;
    const head = html`<div class="head"><p class="title">Interrupt controllers</p></div>`;
    if (!now) return html`${head}<p class="empty asleep">The controllers appear when the machine wakes.</p>`;
    return html`${head}
      <p class="next">${this.next(now)}</p>
      ${this.wants("pic") ? this.renderPics(now) : nothing}
      ${this.wants("apic") ? now.local.map((apic) => this.renderLocal(apic, now.local.length > 1)) : nothing}
      ${this.wants("ioapic") && now.io ? this.renderIo(now.io) : nothing}`;
  }

  /** What would be delivered now, and whether the processor takes it. */
  private next({ next, takes }: Controllers): TemplateResult {
    if (!next) return html`Nothing asks for the processor.`;
    return html`<span class="chip">${hex(next.vector, 2)}h</span> ${next.source} is next.
      ${takes ? "IF = 1: the processor takes it between two instructions." : "IF = 0: the processor does not take it."}`;
  }

  private flag(letter: string, on: boolean, before: boolean | undefined, words: string): TemplateResult {
    const flipped = before !== undefined && before !== on && !this.session?.active;
    return html`<span class="bit ${on ? "on" : ""} ${flipped ? "flipped" : ""}" title=${words} aria-hidden="true">${letter}</span><span class="sr">${on ? words : `not ${words}`}${flipped ? ", changed" : ""}</span>`;
  }

  private renderPics({ master, slave }: Controllers): TemplateResult {
    return html`<div class="pics">${master ? this.renderPic(master, true) : nothing}${slave ? this.renderPic(slave, false) : nothing}</div>`;
  }

  private renderPic(state: lines.PicState, master: boolean): TemplateResult {
    const before = master ? this.earlier?.master : this.earlier?.slave;
    const next = lines.nextInput(state, master);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${master ? "First 8259" : "Second 8259"}><table>
      <caption><b>${master ? "First 8259" : "Second 8259"}</b>, ports ${master ? "20h, 21h" : "A0h, A1h"}: ${lines.describePic(state).join(", ")}</caption>
      <thead><tr><th scope="col">IRQ</th><th scope="col">Driven by</th><th scope="col">State</th><th scope="col">Vector</th><th scope="col"><span class="sr">Why it waits</span></th></tr></thead>
      <tbody>${inputs.map((n) => {
        const irq = master ? n : n + 8;
        const was = (value: number | undefined) => (value === undefined ? undefined : bit(value, n));
        return html`<tr class=${n === next ? "first" : ""}>
            <th scope="row">${irq}</th><td>${lines.lineNames[irq]}</td>
            <td class="bits">${this.flag("L", bit(state.inputs, n), was(before?.inputs), "line high")}
              ${this.flag("R", bit(state.irr, n), was(before?.irr), "requested (IRR)")}
              ${this.flag("M", bit(state.imr, n), was(before?.imr), "masked (IMR)")}
              ${this.flag("S", bit(state.isr, n), was(before?.isr), "in service (ISR)")}</td>
            <td class="mono">${hex(lines.picVector(state, n), 2)}</td>
            <td class="why">${n === next ? "▸ next" : lines.whyNot(state, n, master)}</td></tr>`;
      })}</tbody></table></div>`;
  }

  private renderLocal(apic: lines.LocalApicState, several: boolean): TemplateResult {
    const list = (set: ArrayLike<number>) => {
      const found = lines.vectorsIn(set);
      return found.length > 0 ? found.map((vector) => hex(vector, 2)).join(" ") : "none";
    };
    const { timer } = apic;
    const state = !apic.enabled
      ? "off: the 8259 is heard directly"
      : apic.svr & 0x100
        ? "on"
        : "on, but SVR turns its interrupts off";
    return html`<section class="part"><h4>Local APIC${several ? ` ${apic.id}` : ""}</h4>
      <div class="pairs">
        <dl>
          <dt>State</dt><dd>${state}${apic.x2apic ? ", x2APIC" : ""}</dd>
          <dt>Page, ID</dt><dd class="mono">${hex(apic.base, 8)}, ${apic.id}</dd>
          <dt>TPR, PPR</dt><dd class="mono">${hex(apic.tpr, 2)}, ${hex(lines.processorPriority(apic), 2)}</dd>
          <dt>IRR</dt><dd class="mono">${list(apic.irr)}</dd>
          <dt>ISR</dt><dd class="mono">${list(apic.isr)}</dd>
          <dt>TMR</dt><dd class="mono">${list(apic.tmr)}</dd>
          <dt>SVR</dt><dd class="mono">${hex(apic.svr, 3)}</dd>
          <dt>ESR</dt><dd class="mono">${hex(apic.esr, 2)}</dd>
          <dt>ICR</dt><dd class="mono">${hex(apic.icrHigh, 8)} ${hex(apic.icr, 8)}</dd>
          <dt>Timer</dt><dd>${timer.initial === 0 ? "stopped" : `${lines.timerMode(apic.lvt[0])} from ${hex(timer.initial)}, each ${lines.timerDivisor(timer.divide)} cycles`}</dd>
        </dl>
        <table><caption class="sr">Local vector table</caption>
          <thead><tr><th scope="col">LVT</th><th scope="col">Entry</th></tr></thead>
          <tbody>${lines.lvtNames.map((name, i) => html`<tr><th scope="row">${name}</th><td>${this.entry(apic.lvt[i])}</td></tr>`)}</tbody></table>
      </div></section>`;
  }

  private entry(low: number): TemplateResult {
    const { masked, vector, delivery, trigger } = lines.readEntry(low);
    if (masked && vector === 0) return html`<span class="dim">masked</span>`;
    const to =
      delivery === "fixed" || delivery === "lowest"
        ? html`vector <span class="mono">${hex(vector, 2)}</span>`
        : delivery;
    return html`${to}${trigger === "level" ? ", level" : ""}${masked ? html`, <span class="dim">masked</span>` : nothing}`;
  }

  private renderIo(io: lines.IoApicState): TemplateResult {
    const all = Array.from({ length: io.low.length }, (_, n) => ({ n, ...lines.readEntry(io.low[n]) }));
    const used = all.filter(({ n, masked }) => !masked || ((io.inputs >>> n) & 1) === 1);
    return html`<section class="part"><h4>I/O APIC</h4>
      ${
        used.length === 0
          ? html`<p class="dim">All ${all.length} inputs are masked and low.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Redirection table"><table><thead><tr><th scope="col">Input</th><th scope="col">Driven by</th><th scope="col">Line</th><th scope="col">Entry</th><th scope="col">To</th></tr></thead>
          <tbody>${used.map(({ n, masked, vector, delivery, trigger, remoteIrr, activeLow }) => {
            const on = ((io.inputs >>> n) & 1) === 1;
            const was = this.earlier?.io ? ((this.earlier.io.inputs >>> n) & 1) === 1 : undefined;
            return html`<tr><th scope="row">${n}</th><td>${n === 2 ? lines.lineNames[0] : n === 0 ? "" : (lines.lineNames[n] ?? "PCI")}</td>
              <td class="bits">${this.flag("L", on, was, "line high")}</td>
              <td>${masked ? html`<span class="dim">masked</span>` : html`vector <span class="mono">${hex(vector, 2)}</span>, ${delivery}, ${trigger}${activeLow ? ", active low" : ""}${remoteIrr ? ", waits for the end of interrupt" : ""}`}</td>
              <td>${masked ? "" : io.low[n] & 0x800 ? `logical ${hex(io.high[n] >>> 24, 2)}` : `APIC ${io.high[n] >>> 24}`}</td></tr>`;
          })}</tbody></table></div>
          ${used.length < all.length ? html`<p class="dim">${all.length - used.length} more inputs, masked and low.</p>` : nothing}`
      }</section>`;
  }
}
