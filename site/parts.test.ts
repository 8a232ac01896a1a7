import { expect, test } from "vitest";
import { markParts } from "./parts.ts";

const page = (prose: string) => `<!doctype html><body><div class="prose">${prose}</div><footer>Foot</footer></body>`;

test("each h2 begins a section that goes to the next; what stands before the first is in none", () => {
  const html = markParts(page("<p>Lead</p><h2>One</h2><p>Text</p><h2>Two</h2><ring-machine>x</ring-machine>"));
  const plain = html.replace(/ style="[^"]*"/g, "");
  expect(plain).toContain(
    '<p>Lead</p><section class="part"><h2>One</h2><p>Text</p></section>' +
      '<section class="part"><h2>Two</h2><ring-machine>x</ring-machine></section></div>',
  );
  expect(html).toContain("--characters:127;--views:0");
  expect(html).toContain("--characters:63;--views:1");
});

test("what follows the machine of the lead is a part, too", () => {
  const html = markParts(page("<p>Lead</p><ring-machine>x</ring-machine><p>More</p><h2>One</h2>"));
  expect(html.replace(/ style="[^"]*"/g, "")).toContain(
    '<ring-machine>x</ring-machine><section class="part"><p>More</p></section><section class="part"><h2>One</h2></section>',
  );
});

test("a page without an h2 is left as it is", () => {
  expect(markParts(page("<p>Lead</p>"))).toBe(page("<p>Lead</p>"));
});
