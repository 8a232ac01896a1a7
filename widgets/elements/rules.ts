// <ring-rules id="data-load">: conditions of a manual, in words, beside the source that keeps them. Its content is a list
// and an excerpt of a file; each item quotes a piece of the line that it is about (`data-line`), and both get the item's
// number, linked to each other. Without a script they are a list and a listing.
import { css, html, LitElement } from "lit";

export class RingRules extends LitElement {
  static override styles = css`
    slot {
      display: contents;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.number();
  }

  private number(): void {
    const lines = [...this.querySelectorAll<HTMLElement>("pre .line")];
    for (const [i, item] of [...this.querySelectorAll<HTMLElement>("li[data-line]")].entries()) {
      const { line: wanted = "" } = item.dataset;
      const line = lines.find((one) => one.textContent?.includes(wanted));
      if (!line) {
        console.error(`<ring-rules id="${this.id}">: no line of the source holds “${wanted}”.`);
        continue;
      }
      const number = String(i + 1);
      item.id ||= `${this.id}-${number}`;
      line.id ||= `${this.id}-line-${number}`;
      line.classList.add("ruled");
      line.prepend(link("rule-number", `#${item.id}`, number, `Rule ${number} of this line`));
      item.append(" ", link("rule-line", `#${line.id}`, "in the source", `Rule ${number} in the source`));
    }
  }

  override render() {
    return html`<slot></slot>`;
  }
}

function link(className: string, href: string, text: string, label: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.className = className;
  made.href = href;
  made.textContent = text;
  if (text !== label) made.title = label;
  return made;
}
