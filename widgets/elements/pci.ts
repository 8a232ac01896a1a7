// <ring-pci>: the functions on the PCI bus, each with its identity, what it may do, where its registers answer now, and
// its interrupt; opened, its configuration space register by register.
import { css, html, nothing } from "lit";
import type { BoardMap, PciFunctionView } from "../../engine/index.ts";
import { hex } from "../model/number.ts";
import { partTitle } from "../model/parts.ts";
import { commandBits, headerRegisters, pciWords } from "../model/pci-words.ts";
import type { Reader } from "../model/reader.ts";
import { framed, shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

const sizeText = (bytes: number) =>
  bytes >= 1 << 20 ? `${bytes >> 20} MiB` : bytes >= 1024 ? `${bytes >> 10} KiB` : `${bytes} bytes`;

export class RingPci extends MachineView {
  static override properties = { ...MachineView.properties, board: { state: true }, open: { state: true } };
  declare board: BoardMap | undefined;
  declare open: string;
  private earlier: BoardMap | undefined;

  static override styles = [
    tokens,
    shared,
    framed,
    css`
      :host {
        container-type: inline-size;
        background: var(--_panel);
      }
      .scroll {
        overflow-x: auto;
        padding: 0 12px 8px;
      }
      table {
        width: 100%;
      }
      th,
      td {
        padding: 3px 14px 3px 0;
        text-align: left;
        vertical-align: top;
      }
      thead th {
        color: var(--_ink-2);
        font-weight: 600;
        white-space: nowrap;
      }
      tbody td,
      tbody th {
        border-top: 1px solid var(--_hairline);
      }
      tbody th {
        font-weight: 400;
        white-space: nowrap;
      }
      .bit {
        display: inline-block;
        min-width: 18px;
        border: 1px solid var(--_edge);
        border-radius: 3px;
        text-align: center;
        font: var(--_mono);
      }
      .bit.on {
        background: var(--_ink);
        color: var(--_paper);
      }
      .range,
      .command {
        white-space: nowrap;
      }
      /* A phone has no room for six columns: each function is three lines. */
      @container (max-width: 620px) {
        thead {
          display: none;
        }
        table,
        tbody {
          display: block;
        }
        tr.function {
          display: grid;
          grid-template-columns: max-content max-content 1fr;
          grid-auto-flow: dense;
          align-items: center;
          gap: 2px 14px;
          padding: 6px 0;
          border-top: 1px solid var(--_hairline);
        }
        tr.opened,
        tr.opened td {
          display: block;
        }
        tbody td,
        tbody th {
          padding: 0;
          border-top: 0;
        }
        .command {
          justify-self: end;
        }
        .is,
        .at,
        .wire {
          grid-column: 1 / -1;
        }
        :is(.at, .wire):empty {
          display: none;
        }
      }
      .config {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(300px, 1fr));
        gap: 2px 24px;
        margin: 0;
        padding: 4px 0 8px;
      }
      .config div {
        display: flex;
        gap: 10px;
      }
      .config dt {
        color: var(--_ink-2);
      }
      .config dd {
        margin: 0 0 0 auto;
      }
    `,
  ];

  constructor() {
    super();
    this.board = undefined;
    this.open = "";
  }

  protected override async load(reader: Reader): Promise<void> {
    const board = await reader.board();
    if (!board) return;
    this.earlier = this.board;
    this.board = board;
  }

  override render() {
    const head = html`<div class="head"><p class="title">PCI bus 0</p></div>`;
    if (!this.board) return html`${head}<p class="empty">The functions appear when the machine wakes.</p>`;
    return html`${head}<div class="scroll" tabindex="0" role="region" aria-label="Functions on PCI bus 0"><table role="table">
      <thead><tr role="row"><th scope="col">Place</th><th scope="col">Vendor, device</th><th scope="col">What it is</th><th scope="col">COMMAND</th><th scope="col">Answers at</th><th scope="col">Interrupt</th></tr></thead>
      <tbody role="rowgroup">${this.board.pci.map((one) => this.renderFunction(one))}</tbody></table></div>`;
  }

  private renderFunction(one: PciFunctionView) {
    const words = pciWords(one);
    const open = this.open === one.part;
    const before = this.earlier?.pci.find(({ part }) => part === one.part);
    return html`<tr class="function" role="row">
        <th scope="row" role="rowheader"><button class="link mono" aria-expanded=${open ? "true" : "false"} @click=${() => {
          this.open = open ? "" : one.part;
        }}>${words.place}</button></th>
        <td role="cell" class="mono">${hex(words.vendorId, 4)}:${hex(words.deviceId, 4)}</td>
        <td role="cell" class="is">${partTitle(one.part)}, <span class="dim">${words.className}</span></td>
        <td role="cell" class="command">${commandBits.map(({ letter, bit, name }) => {
          const on = ((words.command >> bit) & 1) === 1;
          return html`<span class="bit ${on ? "on" : ""}" title=${name} aria-hidden="true">${letter}</span><span class="sr">${on ? name : `not: ${name}`}. </span>`;
        })}</td>
        <td role="cell" class="at">${one.bars.map(({ kind, size, at }) => html`<div class="range">${at === undefined ? html`<span class="dim">off</span>` : html`<span class="mono">${hex(at, kind === "io" ? 4 : 8)}</span>`} <span class="dim">${kind === "io" ? "ports" : "memory"}, ${sizeText(size)}</span></div>`)}</td>
        <td role="cell" class="wire">${words.interrupt}</td></tr>
      ${open ? html`<tr class="opened" role="row"><td role="cell" colspan="6">${this.renderConfig(one, before)}</td></tr>` : nothing}`;
  }

  private renderConfig({ config }: PciFunctionView, before: PciFunctionView | undefined) {
    const dword = (bytes: Uint8Array, at: number) =>
      (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    return html`<dl class="config">${headerRegisters.map(({ offset, name }) => {
      const value = dword(config, offset);
      const changed = before !== undefined && dword(before.config, offset) !== value && !this.session?.active;
      return html`<div><dt><span class="mono">${hex(offset, 2)}</span> ${name}</dt><dd class="mono ${changed ? "changed" : ""}">${hex(value, 8)}</dd></div>`;
    })}</dl>`;
  }
}
