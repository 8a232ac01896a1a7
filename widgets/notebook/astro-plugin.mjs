// At build time: a fenced block marked `cell` becomes an element round its highlighted <pre>.
//   ```js cell                  <ring-cell>, compiled here; `cell=name`, `machine=id`, `height=px`, `fold`
//   ```asm cell=boot file=boot.S   <ring-asm id="boot">; `origin=0x7c00`, `bits=16`, `syntax=intel`, `machine=id`
// A cell that does not compile stops the build with the file and the line.
import { fileURLToPath } from "node:url";
import { compileCell } from "./compile.ts";

const style = fileURLToPath(new URL("./notebook.css", import.meta.url)).replaceAll("\\", "/");
const languages = new Set(["js", "ts", "asm"]);

/** What astro.config.mjs takes: plugins for Markdown, and the alias that keeps TypeScript out of the page's worker. */
export default function notebook() {
  return {
    mdastPlugins: [cells],
    alias: { typescript: fileURLToPath(new URL("./no-typescript.mjs", import.meta.url)) },
  };
}

/** A plugin a document, so that cells are numbered from 1 in each. */
function cells() {
  let blocks = 0;
  let cellCount = 0;
  return {
    name: "ring-cells",
    options: { position: true },
    // The style comes with the page and not with the script: without one the blocks look the same.
    after(root, context) {
      if (blocks === 0 || context.sourceFormat !== "mdx") return;
      context.prependChild(root, { type: "mdxjsEsm", value: `import ${JSON.stringify(style)};` });
    },
    code(node, context) {
      const meta = readMeta(node.meta ?? "");
      const named = meta.get("cell") ?? meta.get("name");
      if (!languages.has(node.lang ?? "") || named === undefined) return;
      blocks++;
      const place = {
        file: context.fileURL ? fileURLToPath(context.fileURL) : "",
        line: node.position?.start.line ?? 0,
      };
      const attributes =
        node.lang === "asm" ? asmBlock(meta, named, place) : cell(node, meta, named, `cell-${++cellCount}`, place);
      const children = node.lang === "asm" ? [] : [output(attributes)];
      context.wrapNode(node, {
        type: "mdxJsxFlowElement",
        name: node.lang === "asm" ? "ring-asm" : "ring-cell",
        attributes: Object.entries(attributes).map(([name, value]) => ({ type: "mdxJsxAttribute", name, value })),
        children,
      });
    },
  };
}

function asmBlock(meta, named, { file, line }) {
  if (!/^[A-Za-z_]\w*$/.test(named))
    throw new Error(`${file}:${line}: an asm cell needs a name, as in \`\`\`asm cell=boot`);
  const attributes = { id: named, "data-file": meta.get("file") ?? `${named}.S` };
  for (const name of ["origin", "bits", "syntax", "machine"])
    if (meta.get(name)) attributes[`data-${name}`] = meta.get(name);
  return attributes;
}

function cell(node, meta, named, id, { file, line }) {
  const { cell: compiled, diagnostics } = compileCell(node.value, node.lang, named || id);
  if (!compiled) {
    const [{ message, hint, ...at }] = diagnostics;
    throw new Error(`${file}:${line + at.line}:${at.column}: ${message} ${hint}`);
  }
  const attributes = { id: named || id, "data-language": node.lang, "data-cell": JSON.stringify(compiled) };
  if (named) attributes["data-name"] = named;
  for (const name of ["machine", "height"]) if (meta.get(name)) attributes[`data-${name}`] = meta.get(name);
  if (meta.has("fold")) attributes["data-fold"] = "";
  return attributes;
}

/** Where its value will stand; the height is kept from the first paint on, so that filling it moves nothing. */
function output(attributes) {
  const { inputs } = JSON.parse(attributes["data-cell"]);
  const waits = inputs.includes("machine") ? "Filled from the machine, once it is awake." : "";
  return {
    type: "mdxJsxFlowElement",
    name: "div",
    attributes: [
      { type: "mdxJsxAttribute", name: "class", value: "cell-output" },
      ...(attributes["data-height"]
        ? [{ type: "mdxJsxAttribute", name: "style", value: `min-height:${Number(attributes["data-height"])}px` }]
        : []),
    ],
    children: waits ? [{ type: "paragraph", children: [{ type: "text", value: waits }] }] : [],
  };
}

/** `cell=boot file="a b.S" fold` → a map of words; a word without a value maps to "". */
function readMeta(text) {
  const words = text.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g);
  return new Map(Array.from(words, ([, name, quoted, bare]) => [name, quoted ?? bare ?? ""]));
}
