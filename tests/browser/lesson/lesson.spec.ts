// The two lessons with their machines awake: values follow, predictions answer, and a boot sector that the reader edits
// runs.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import type { RingMachine } from "../../../widgets/elements/machine.ts";

const awake = (page: Page, id: string) =>
  expect(page.locator(`ring-machine#${id}`)).toHaveAttribute("data-state", "paused");

test("the machine stands at F000:FFF0 with a base of FFFF0000, and the text reads it from there", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  await awake(page, "boot");
  const base = page.locator('ring-value[machine="boot"][expr="CS:0"]:not([data-at])');
  await expect(base).toContainText("ffff0000");
  await page.locator("ring-machine#boot").getByRole("button", { name: "Step", exact: true }).click();
  await base.scrollIntoViewIfNeeded();
  await expect(base).toContainText("000f0000");
  // A number of a place stays the number of that place.
  await expect(page.locator('ring-value[machine="boot"][expr="CS.base"][data-at]')).toContainText("ffff0000");
  await expect(page.locator('ring-value[machine="boot"][expr="CS:EIP"]')).toContainText("000fe05b");
  await expect(page.locator("#twins .cell-output")).toContainText("FFFFFFF0");
});

test("a wrong guess and the machine's answer stand side by side, with the explanation", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  await awake(page, "boot");
  const question = page.locator("ring-predict#first-fetch");
  await question.getByLabel("000FFFF0, as the arithmetic says").check();
  await question.getByRole("button", { name: "Lock in and run" }).click();
  await expect(question.locator(".you")).toContainText("000FFFF0");
  await expect(question.locator(".machine")).toContainText("FFFFFFF0");
  const jump = page.locator("ring-predict#first-jump");
  await jump.getByRole("textbox").fill("f0000");
  await jump.getByRole("button", { name: "Lock in and run" }).click();
  await expect(jump.locator(".machine")).toContainText("f0000");
  await expect(jump.locator('[slot="explanation"]')).toBeVisible();
  // Only a guess counts as progress, and it is kept.
  await page.reload();
  await expect(question.locator(".you")).toContainText("000FFFF0");
});

test("the count of lesson 0 is measured: about half a million", async ({ page }) => {
  await page.goto("lessons/00-the-machine-in-this-page/");
  await awake(page, "tour");
  const question = page.locator("ring-predict#count");
  await question.getByRole("button", { name: "Just run it" }).click();
  await expect(question.locator(".machine")).toContainText("at about half a million", { timeout: 20_000 });
});

test("a boot sector is edited, refused with its line, mended and run: its text is on the screen", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  const block = page.locator("ring-asm#sector");
  await block.scrollIntoViewIfNeeded();
  await page.locator("ring-machine#yours").scrollIntoViewIfNeeded();
  await awake(page, "yours");
  await expect(block.locator(".lit")).toContainText("ljmp");
  await block.getByRole("button", { name: "Edit" }).click();
  await expect(block.locator(".cm-content")).toBeFocused();
  const text =
    ".code16\n.globl start\nstart: xor %ax, %ax\nmov %ax, %ds\nmov $message, %si\ncld\nnext: lodsb\ntest %al, %al\n";
  const rest =
    'jz stop\nmov $0x0E, %ah\nmov $7, %bx\nint $0x10\njmp next\nstop: cli\n1: hlt\njmp 1b\nmessage: .asciz "Edited by a reader"\n.org 510\n.byte 0x55, 0xAA\n';
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text.replace("lodsb", "lodbs") + rest);
  await block.getByRole("button", { name: "Run", exact: true }).click();
  await expect(block.locator(".problem")).toContainText("Line 7, column");
  await expect(block.locator(".asm-summary")).toHaveText("1 error: nothing was run");
  await page.keyboard.press("ControlOrMeta+a");
  await block.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text + rest);
  await block.getByRole("button", { name: "Run", exact: true }).click();
  await expect(block.locator(".problem")).toHaveCount(0);
  await expect(page.locator("ring-machine#yours")).toHaveAttribute("data-state", "halted", { timeout: 20_000 });
  // Firmware may halt for a moment, too: the text is what says that it is over.
  const screen = () =>
    page.evaluate(async () => {
      type Machine = HTMLElement & { session: { handle: { screen(): Promise<{ cells: Uint16Array }> } } };
      const { cells } = await (document.querySelector("#yours") as Machine).session.handle.screen();
      return String.fromCharCode(...Array.from(cells.subarray(0, 400), (cell) => cell & 0xff));
    });
  await expect.poll(screen).toContain("Edited by a reader");
  // Kept, and booted from at the next visit.
  await page.reload();
  await expect(block.locator(".cm-content")).toContainText("Edited by a reader");
});

test("cells follow the machine: the vector table fills when the firmware has filled it", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  await awake(page, "boot");
  const cell = page.locator("ring-cell#vectors");
  await cell.scrollIntoViewIfNeeded();
  await expect(cell.locator("svg").last()).toBeVisible();
  const filled = () => cell.locator("rect[fill='var(--hw)']").count();
  expect(await filled()).toBeLessThan(5);
  await page.evaluate(() => {
    type Machine = HTMLElement & { session: { run(until: object): Promise<void> } };
    return (document.querySelector("#boot") as Machine).session.run({ address: 0x7c00 });
  });
  await expect.poll(filled).toBeGreaterThan(25);
  // A cell of another machine follows that one, once it is awake.
  await expect(page.locator("#ranges .cell-output")).toContainText("once it is awake");
  await page.locator("ring-machine#map").scrollIntoViewIfNeeded();
  await expect(page.locator("#ranges .cell-output")).toContainText("639 KiB", { timeout: 20_000 });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`awake, edited and answered, ${colorScheme}: no axe violation`, async ({ browser, baseURL }) => {
    test.slow();
    const context = await browser.newContext({ baseURL, colorScheme });
    const page = await context.newPage();
    await page.goto("lessons/00-the-machine-in-this-page/");
    await awake(page, "tour");
    await page.locator("ring-predict#layers").getByRole("button", { name: "Show the answer" }).click();
    const block = page.locator("ring-asm#hello");
    await block.getByRole("button", { name: "Edit" }).click();
    await expect(block.locator(".cm-content")).toBeFocused();
    await page.keyboard.insertText("wrong\n");
    await block.getByRole("button", { name: "Run", exact: true }).click();
    await expect(block.locator(".problem")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`)).toEqual([]);
    await context.close();
  });
}

test("? opens the keys of the bar that has focus, not those of the machine's bar further down", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  const machine = page.locator("ring-machine").first();
  await expect(machine).toHaveAttribute("data-state", "paused");
  await machine.getByRole("button", { name: "Step", exact: true }).focus();
  await page.keyboard.press("?");
  await expect(machine.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Keys" })).toHaveCount(1);
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeInViewport();
});

test("at 1280 × 800 the line that a machine wakes at is in the window, in the source of its firmware", async ({
  page,
}) => {
  await page.goto("lessons/02-boot/");
  const lit = page.locator("ring-source").first().locator("tr.lit");
  await expect(lit).toContainText("reset_vector");
  await expect(lit).toBeInViewport({ ratio: 0.5 });
});

test("the count from power-on is the same after a run and a reset", async ({ page }) => {
  await page.goto("lessons/00-the-machine-in-this-page/");
  await awake(page, "tour");
  await page.evaluate(async () => {
    type Session = { run(until: object): Promise<void>; reset(): Promise<void> };
    const { session } = document.querySelector("#tour") as unknown as { session: Session };
    await session.run({ tick: 3_000_000 });
    await session.reset();
  });
  const question = page.locator("ring-predict#count");
  await question.getByRole("button", { name: "Just run it" }).click();
  const instant = question.locator(".instant");
  await expect(instant).toContainText("at instruction", { timeout: 20_000 });
  expect(Number((await instant.innerText()).replace(/\D/g, ""))).toBeLessThan(1_000_000);
});

test("a lesson loads without a word on the browser's console", async ({ page }) => {
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  await page.goto("lessons/02-boot/");
  await awake(page, "boot");
  // The browser complains of a preload that nobody used some seconds after the load.
  await page.waitForTimeout(6000);
  // Playwright's own word, where it keeps the page from registering its service worker (playwright.config.ts).
  expect(said.filter((text) => !text.includes("blocked by Playwright"))).toEqual([]);
});

test("a blank screen read as text moves nothing below it", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  await awake(page, "boot");
  const screen = page.locator("ring-machine#boot ring-screen");
  await screen.scrollIntoViewIfNeeded();
  const before = await screen.boundingBox();
  await screen.getByRole("button", { name: "Read as text" }).click();
  await expect(screen.locator("pre.instead")).toContainText("The screen is blank.");
  expect((await screen.boundingBox())?.height).toBe(before?.height);
});

test("b means the line that executes, also where a step opened another file under the keys", async ({ page }) => {
  await page.goto("lessons/02-boot/");
  const machine = page.locator("ring-machine#boot");
  await awake(page, "boot");
  const lit = machine.locator("ring-source tr.lit");
  await lit.focus();
  const tick = () => machine.evaluate((element: RingMachine) => element.session.status?.tick);
  for (const steps of [1, 2]) {
    await page.keyboard.press("s");
    await expect.poll(tick).toBe(steps);
  }
  await expect(machine.locator("ring-source select")).toHaveValue("post.S");
  await page.keyboard.press("b");
  await expect(lit.getByRole("button")).toHaveAttribute("aria-pressed", "true");
});
