// Cells of a lesson as a reader meets them: they follow each other, say what is wrong where it is, are edited, reset and
// kept, and none can take the page away.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";

const lesson = "lessons/02-boot/";

async function open(page: Page) {
  await page.goto(lesson);
  await expect(page.locator("ring-cell#sum .cell-output")).toContainText("ffff0");
}
async function write(cell: Locator, text: string) {
  const edit = cell.getByRole("button", { name: "Edit" });
  await ((await edit.isVisible()) ? edit : cell.locator(".cm-content")).click();
  await expect(cell.locator(".cm-content")).toBeFocused();
  await cell.page().keyboard.press("ControlOrMeta+a");
  await cell.page().keyboard.insertText(text);
}
const run = (cell: Locator) => cell.getByRole("button", { name: "Run", exact: true }).click();

test("without a script the whole text, every source and every cell can be read", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  for (const [path, words, blocks] of [
    ["lessons/00-the-machine-in-this-page/", 1500, 3],
    [lesson, 2500, 6],
  ] as const) {
    await page.goto(path);
    // Parts that are far from the window have no rendered text, except on paper.
    await page.emulateMedia({ media: "print" });
    const text = await page.locator(".prose").innerText();
    await page.emulateMedia({ media: null });
    expect(text.split(/\s+/).length).toBeGreaterThan(words);
    const code = page.locator("ring-cell > pre, ring-asm > pre");
    expect(await code.count()).toBeGreaterThanOrEqual(blocks);
    for (const pre of await code.all()) await expect(pre).toBeVisible();
  }
  await context.close();
});

test("editing a cell makes its dependants wait, and running it runs them", async ({ page }) => {
  await open(page);
  const [pair, sum] = [page.locator("ring-cell#pair"), page.locator("ring-cell#sum")];
  await write(pair, "const selector = 0x7c0;\nconst offset = 0;");
  await expect(pair.locator(".block-state")).toHaveText("Edited, not run");
  await expect(sum.locator(".cell-notice")).toHaveText("Waiting for your run.");
  await expect(sum.locator(".cell-output")).toContainText("ffff0");
  await run(pair);
  await expect(sum.locator(".cell-output")).toContainText("7c0 × 16 + 0 = 7c00, and 1985 pairs");
  await expect(sum.locator(".cell-notice")).toBeHidden();
  await expect(pair.locator(".block-state")).toHaveText("Yours is running");
  // Kept in this browser, and run again at the next load.
  await page.reload();
  await expect(sum.locator(".cell-output")).toContainText("= 7c00");
  const { violations } = await new AxeBuilder({ page }).include("ring-cell").analyze();
  expect(violations).toEqual([]);
});

test("reset brings the author's text back, and undo the reader's", async ({ page }) => {
  await open(page);
  const [pair, sum] = [page.locator("ring-cell#pair"), page.locator("ring-cell#sum")];
  await write(pair, "const selector = 1, offset = 2;");
  await run(pair);
  await expect(sum.locator(".cell-output")).toContainText("= 12,");
  await pair.getByRole("button", { name: "Reset" }).click();
  await expect(sum.locator(".cell-output")).toContainText("= ffff0");
  await expect(pair.locator(".block-state")).toHaveText("Original");
  await pair.getByRole("button", { name: "Undo reset" }).click();
  await expect(sum.locator(".cell-output")).toContainText("= 12,");
  await pair.getByRole("button", { name: "Reset" }).click();
  await page.reload();
  await expect(pair.locator(".block-state")).toHaveText("Original");
});

test("a syntax error stands at line 2, column 16, and stops nobody else", async ({ page }) => {
  await open(page);
  const pair = page.locator("ring-cell#pair");
  await write(pair, "const selector = 1;\nconst offset = ;");
  await run(pair);
  await expect(pair.locator(".problem")).toContainText("Line 2, column 16: Unexpected token.");
  await expect(page.locator("ring-cell#sum .cell-output")).toContainText("ffff0");
});

test("a throw stands at its line and column; its dependants say whose fault it is", async ({ page }) => {
  await open(page);
  const [pair, sum] = [page.locator("ring-cell#pair"), page.locator("ring-cell#sum")];
  await write(pair, "const selector = 1;\nfor (const x of [1]) x;\nconst offset = selector.a.b;");
  await run(pair);
  await expect(pair.locator(".problem")).toContainText("Line 3, column 27: Cannot read properties of undefined");
  await expect(sum.locator(".problem")).toContainText("comes from another cell: mend that one first.");
  await expect(sum).toHaveClass(/stale/);
  await write(pair, "const selector = 1, offset = 3;");
  await run(pair);
  await expect(sum.locator(".problem")).toHaveCount(0);
  await expect(sum.locator(".cell-output")).toContainText("= 13,");
});

for (const [what, text] of [
  ["a loop", "const selector = 1, offset = 2;\nfor (;;);"],
  ["a loop of resolved promises", "const selector = 1, offset = 2;\nwhile (true) await 0;"],
] as const) {
  test(`${what} without an end is stopped, and the page loads again`, async ({ page }) => {
    await open(page);
    const pair = page.locator("ring-cell#pair");
    await write(pair, text);
    await run(pair);
    await expect(pair.locator(".problem")).toContainText("Line 2, column", { timeout: 5000 });
    await expect(pair.locator(".problem")).toContainText("Stopped after 1 s");
    await page.reload();
    await expect(pair.locator(".problem")).toContainText("Stopped after 1 s", { timeout: 8000 });
    await pair.getByRole("button", { name: "Reset" }).click();
    await expect(page.locator("ring-cell#sum .cell-output")).toContainText("= ffff0");
  });
}

test("an edit that hangs the page where no guard can stop it waits at the next load", async ({ context, page }) => {
  await open(page);
  const pair = page.locator("ring-cell#pair");
  await write(pair, 'const selector = 1, offset = 2;\n/^(?:a+)+$/.test("a".repeat(64) + "b");');
  // The click never comes back: the page hangs.
  void run(pair).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const crash = await context.newCDPSession(page);
  void crash.send("Page.crash").catch(() => undefined);
  const next = await context.newPage();
  await next.goto(lesson);
  const again = next.locator("ring-cell#pair");
  await expect(again.locator(".cell-notice")).toContainText("They wait: read them, then press Run.");
  await expect(again.locator(".cm-content")).toContainText("a+");
  await again.getByRole("button", { name: "Reset" }).click();
  await expect(next.locator("ring-cell#sum .cell-output")).toContainText("= ffff0");
});

test("by keyboard alone: edit, type, run, and leave the editor with Esc and Tab", async ({ page }) => {
  await open(page);
  const pair = page.locator("ring-cell#pair");
  await pair.getByRole("button", { name: "Edit" }).focus();
  await page.keyboard.press("Enter");
  await expect(pair.locator(".cm-content")).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("const selector = 2, offset = 2;");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.locator("ring-cell#sum .cell-output")).toContainText("= 22,");
  // Typing took hold of Tab; Esc gives it back.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(pair.getByRole("button", { name: "Run", exact: true })).toBeFocused();
});

test("an input of Inputs gives its value to the cells that use it", async ({ page }) => {
  await open(page);
  const pair = page.locator("ring-cell#pair");
  const input = "view(Inputs.range([0, 65535], { step: 1, value: 4096, label: 'Selector' }))";
  await write(pair, `const selector = ${input};\nconst offset = 1;`);
  await run(pair);
  const sum = page.locator("ring-cell#sum .cell-output");
  await expect(sum).toContainText("1000 × 16 + 1 = 10001");
  await pair.getByRole("spinbutton").fill("2");
  await expect(sum).toContainText("2 × 16 + 1 = 21");
});
