// The check of lessons imports this table in Node: every element there must load without a page.
import { expect, test } from "vitest";
import { elements, fetched } from "./registry.ts";

test("every element loads without a page and says what attributes it takes", async () => {
  const late = await Promise.all(Object.entries(fetched).map(async ([name, load]) => [name, await load()] as const));
  const all = [...Object.entries(elements), ...late] as readonly (readonly [
    string,
    { observedAttributes?: string[] },
  ])[];
  for (const [name, element] of all) {
    expect(name).toMatch(/^ring-/);
    expect(element.observedAttributes, name).toBeInstanceOf(Array);
  }
  expect(elements["ring-predict"]).toHaveProperty("observedAttributes", expect.arrayContaining(["kind", "measure"]));
});
