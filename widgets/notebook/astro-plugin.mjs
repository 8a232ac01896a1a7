// At build time: a fenced block marked `cell` becomes an element round its highlighted <pre>.
//   ```js cell                  <ring-cell>, compiled here; `cell=name`, `machine=id`, `height=px`, `fold`
//   ```asm cell=boot file=boot.S   <ring-asm id="boot">; `origin=0x7c00`, `bits=16`, `syntax=intel`, `machine=id`
//   ```asm from=../../engine/firmware/post.S label=post lines=12   that part of a file, with its place under it
//   ```ts from=../../engine/cpu/system/far.ts label=callGate        that function of it, to its end
// A cell that does not compile, or a part that is not there, stops the build with the file and the line.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileCell } from "./compile.ts";
import { excerptLines, fenceKind, fenceName, readMeta, sourceAttributes } from "./fence.ts";

const style = fileURLToPath(new URL("./notebook.css", import.meta.url)).replaceAll("\\", "/");

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
      const kind = fenceKind(node.lang ?? "", meta);
      if (kind === undefined) return;
      blocks++;
      if (kind === "excerpt") {
        quote(node, meta, context);
        return;
      }
      const named = fenceName(meta);
      const place = {
        file: context.fileURL ? fileURLToPath(context.fileURL) : "",
        line: node.position?.start.line ?? 0,
      };
      const attributes =
        kind === "source" ? asmBlock(meta, named, place) : cell(node, meta, named, `cell-${++cellCount}`, place);
      const children = kind === "source" ? [] : [output(attributes)];
      context.wrapNode(node, {
        type: "mdxJsxFlowElement",
        name: kind === "source" ? "ring-asm" : "ring-cell",
        attributes: Object.entries(attributes).map(([name, value]) => ({ type: "mdxJsxAttribute", name, value })),
        children,
      });
    },
  };
}

function asmBlock(meta, named, { file, line }) {
  if (!/^[A-Za-z_]\w*$/.test(named))
    throw new Error(`${file}:${line}: an asm cell needs a name, as in \`\`\`asm cell=boot`);
  return sourceAttributes(meta);
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

/** Puts a part of a file into the block: `lines` lines (default all) from the label on, comments above it included. */
function quote(node, meta, context) {
  const place = `${fileURLToPath(context.fileURL)}:${node.position?.start.line ?? 0}`;
  const file = new URL(meta.get("from"), context.fileURL);
  if (!existsSync(file)) throw new Error(`${place}: there is no file ${meta.get("from")}`);
  const part = excerptLines(readFileSync(file, "utf8"), meta);
  if (!part) throw new Error(`${place}: ${meta.get("from")} has no label ${meta.get("label")}`);
  context.setProperty(node, "value", part.lines.join("\n"));
  context.wrapNode(node, {
    type: "mdxJsxFlowElement",
    name: "figure",
    attributes: [{ type: "mdxJsxAttribute", name: "class", value: "excerpt" }],
    children: [
      {
        type: "mdxJsxFlowElement",
        name: "figcaption",
        attributes: [],
        children: [
          { type: "text", value: `${meta.get("from").split("/").at(-1)}, lines ${part.first} to ${part.last}` },
        ],
      },
    ],
  });
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
