import { expect, test } from "vitest";
import { escapeHtml, findElements, scriptJson, splice } from "./html.ts";

const page = `<!doctype html><body><p>A &amp; B</p><ring-machine id="m" at="0x7c00"><ring-screen></ring-screen></ring-machine>
<ring-asm id="boot" data-file="boot.S"><pre class="astro-code"><code><span>movw</span> <span>$1 &lt;&lt; 4, %ax</span>
hlt</code></pre></ring-asm></body>`;

test("elements come with their attributes, and source with its tags away and its signs decoded", () => {
  const [machine, source] = findElements(page, ["ring-machine", "ring-asm"]);
  expect(machine.attributes).toEqual({ id: "m", at: "0x7c00" });
  expect(machine.children.map(({ name }) => name)).toEqual(["ring-screen"]);
  expect(source.text).toBe("movw $1 << 4, %ax\nhlt");
});

test("splicing puts pieces just inside their elements and leaves the rest as it was", () => {
  const pieces = findElements(page, ["ring-machine", "ring-asm"]).map(({ inside }, i) => ({
    at: inside,
    html: `[${i}]`,
  }));
  const spliced = splice(page, pieces);
  expect(spliced).toContain('at="0x7c00">[0]<ring-screen>');
  expect(spliced).toContain('data-file="boot.S">[1]<pre');
  expect(spliced.replace("[0]", "").replace("[1]", "")).toBe(page);
});

test("text and JSON cannot end the element they stand in", () => {
  expect(escapeHtml('<b a="1">&')).toBe("&lt;b a=&quot;1&quot;&gt;&amp;");
  expect(scriptJson({ text: "</script><!--" })).not.toContain("<");
  expect(JSON.parse(scriptJson({ text: "</script>" }))).toEqual({ text: "</script>" });
});
