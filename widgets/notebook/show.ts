// Draws the value of a cell. Nodes are put in the page as they are; everything else becomes text, and what has parts a
// table or a list that opens. Text is shown as it is; bytes in hex, sixteen a line.

const longest = 200;

/** An element that shows `value`, or the node itself when it is one that stands nowhere else. */
export function show(value: unknown): Node {
  if (value instanceof Element) describeDrawing(value);
  if (value instanceof Node && (!value.parentNode || value instanceof DocumentFragment)) return value;
  const box = document.createElement("div");
  box.className = "value";
  if (typeof value === "string") box.textContent = value;
  else if (value instanceof Uint8Array) box.append(bytes(value));
  else if (Array.isArray(value) && value.length && value.every(isRecord)) box.append(table(value));
  else if (isRecord(value)) box.append(record(value));
  else box.append(code(text(value)));
  return box;
}

/** A drawing is one picture with a name to a screen reader; Plot's groups inside it are not for reading. */
function describeDrawing(element: Element): void {
  const drawings =
    element instanceof SVGSVGElement ? [element] : [...element.querySelectorAll<SVGSVGElement>("svg[aria-label]")];
  for (const svg of drawings) {
    if (!svg.hasAttribute("role")) svg.setAttribute("role", "img");
    for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  const prototype = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
}

/** One line for a value inside another. */
export function text(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? "Invalid Date" : value.toISOString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = Array.from(value as Uint8Array, String);
    return `${value.constructor.name} [${shorten(numbers.join(", "))}]`;
  }
  if (Array.isArray(value)) return `[${shorten(value.map(text).join(", "))}]`;
  if (value instanceof Map)
    return `Map {${shorten(Array.from(value, ([k, v]) => `${text(k)} → ${text(v)}`).join(", "))}}`;
  if (value instanceof Set) return `Set {${shorten(Array.from(value, text).join(", "))}}`;
  if (isRecord(value)) {
    return `{${shorten(
      Object.entries(value)
        .map(([name, part]) => `${name}: ${text(part)}`)
        .join(", "),
    )}}`;
  }
  return String(value);
}

const shorten = (line: string) => (line.length > longest ? `${line.slice(0, longest)}…` : line);

function code(line: string): HTMLElement {
  const element = document.createElement("code");
  element.textContent = line;
  return element;
}

function bytes(value: Uint8Array): HTMLElement {
  const shown = value.subarray(0, 512);
  const lines = Array.from({ length: Math.ceil(shown.length / 16) }, (_, row) => {
    const part = shown.subarray(row * 16, row * 16 + 16);
    return Array.from(part, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
  });
  if (shown.length < value.length) lines.push(`… ${value.length - shown.length} more bytes`);
  return code(lines.join("\n"));
}

function record(value: Record<string, unknown>): HTMLElement {
  const list = document.createElement("dl");
  for (const [name, part] of Object.entries(value)) {
    const term = document.createElement("dt");
    term.textContent = name;
    const definition = document.createElement("dd");
    definition.append(code(text(part)));
    list.append(term, definition);
  }
  return list;
}

function table(rows: readonly Record<string, unknown>[]): HTMLElement {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const element = document.createElement("table");
  const head = element.createTHead().insertRow();
  for (const name of names) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = element.createTBody();
  for (const row of rows.slice(0, longest)) {
    const line = body.insertRow();
    for (const name of names) {
      const part = row[name];
      if (part instanceof Node) line.insertCell().append(part);
      else line.insertCell().textContent = typeof part === "string" ? part : part === undefined ? "" : text(part);
    }
  }
  return element;
}
