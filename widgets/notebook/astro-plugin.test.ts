import { mdxToJs } from "satteri";
import { expect, test } from "vitest";
import notebook from "./astro-plugin.mjs";

async function build(source: string): Promise<string> {
  const fileURL = new URL("file:///lessons/x/index.mdx");
  const { code } = await mdxToJs(source, { mdastPlugins: notebook().mdastPlugins as never, fileURL });
  return code;
}

test("a js cell becomes <ring-cell> round its <pre>, compiled", async () => {
  const code = await build("```js cell=sum height=80\nconst total = a + 1;\n```");
  expect(code).toMatch(/_jsxs?\(_components\["ring-cell"\]/);
  expect(code).toContain('id: "sum"');
  expect(code).toContain("min-height:80px");
  expect(code).toContain('\\"outputs\\":[\\"total\\"]');
  expect(code).toContain("language-js");
  expect(code).toContain("const total = a + 1;");
});
test("unnamed cells are numbered; a block without the mark stays a block", async () => {
  const code = await build("```js cell\n1\n```\n\n```js\n2\n```\n\n```ts cell\n3 as number\n```");
  expect(code.match(/id: "cell-\d"/g)).toEqual(['id: "cell-1"', 'id: "cell-2"']);
  expect(code.match(/jsxs?\(_components\["ring-cell"\]/g)).toHaveLength(2);
});
test("a document with cells imports their style, one without does not", async () => {
  expect(await build("```asm cell=boot\nhlt\n```")).toContain('notebook.css"');
  expect(await build("```js\n1\n```")).not.toContain("notebook.css");
});
test("a named asm block becomes <ring-asm> with its file and origin", async () => {
  const code = await build("```asm cell=boot file=boot.S origin=0x7c00\nhlt\n```");
  expect(code).toMatch(/_jsxs?\(_components\["ring-asm"\]/);
  for (const part of ['id: "boot"', '"data-file": "boot.S"', '"data-origin": "0x7c00"']) expect(code).toContain(part);
});
test("a cell that does not compile stops the build with file, line 5 and column 11", async () => {
  await expect(build("# Title\n\n```js cell\nconst a = 1;\nconst b = ;\n```")).rejects.toThrow(
    /index\.mdx:5:11: Unexpected token/,
  );
});
test("an asm cell without a name stops the build", async () => {
  await expect(build("```asm cell\nhlt\n```")).rejects.toThrow("needs a name");
});
test("a part of a file stands in the block: from a label, with the comments above it, for 3 lines", async () => {
  const from = new URL("../../engine/firmware/post.S", import.meta.url).pathname;
  const code = await build(`\`\`\`asm from=${from} label=power_on lines=3\n\`\`\``);
  expect(code).toContain("power_on:\\n    xor  %ax, %ax\\n    mov  %ax, %ss");
  expect(code).toMatch(/post\.S, lines \d+ to \d+/);
  await expect(build("```asm from=nowhere.S\n```")).rejects.toThrow("there is no file nowhere.S");
});

test("a function of a TypeScript file stands from its comment to its closing brace", async () => {
  const from = new URL("../../engine/cpu/system/far.ts", import.meta.url).pathname;
  const code = await build(`\`\`\`ts from=${from} label=checkDirect\n\`\`\``);
  expect(code).toContain(
    "/** #GP or #NP where code may not be jumped to or called directly. */\\nexport function checkDirect",
  );
  expect(code).toContain("raise(fault.NP, codeOf(selector));\\n}");
  expect(code).not.toContain("function checkLimit");
});
