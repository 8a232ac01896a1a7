// Finds elements in a built page and splices HTML into them by offset, so that what is not touched stays as it was,
// byte for byte.
import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/**
 * An element of a page. `start` is the offset of its start tag, `inside` the one just after that, `end` the one just
 * before its end tag.
 */
export interface Found {
  name: string;
  attributes: Record<string, string>;
  start: number;
  inside: number;
  end: number;
  text: string;
  children: Found[];
  /** Its HTML without its own tags. */
  html: string;
}

const isElement = (node: Node): node is Element => "tagName" in node;

function textOf(node: Node): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterTypes.TextNode).value;
  return isElement(node) ? node.childNodes.map(textOf).join("") : "";
}

function describe(element: Element, html: string): Found {
  const place = element.sourceCodeLocation;
  const inside = place?.startTag?.endOffset ?? 0;
  const end = place?.endTag?.startOffset ?? inside;
  return {
    name: element.tagName,
    attributes: Object.fromEntries(element.attrs.map(({ name, value }) => [name, value])),
    start: place?.startOffset ?? inside,
    inside,
    end,
    text: textOf(element),
    children: element.childNodes.filter(isElement).map((child) => describe(child, html)),
    html: html.slice(inside, end),
  };
}

/** All elements of these names, in document order. */
export function findElements(html: string, names: readonly string[]): Found[] {
  const found: Found[] = [];
  const walk = (nodes: Node[]) => {
    for (const node of nodes) {
      if (!isElement(node)) continue;
      if (names.includes(node.tagName)) found.push(describe(node, html));
      walk(node.childNodes);
    }
  };
  walk(parse(html, { sourceCodeLocationInfo: true }).childNodes);
  return found;
}

/** The page with each piece put in at its offset. */
export function splice(html: string, pieces: readonly { at: number; html: string }[]): string {
  const inOrder = [...pieces].sort((a, b) => b.at - a.at);
  return inOrder.reduce((text, piece) => text.slice(0, piece.at) + piece.html + text.slice(piece.at), html);
}

const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}

/** JSON that may stand in a <script>. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
