// Lesson 6 as a reader works through it: a walk entry by entry, the tree by keys, a TLB that goes stale, the ledger.
import { expect, test } from "@playwright/test";

const PAGE = "lessons/06-address-translation/";

test.beforeEach(async ({ page }) => {
  await page.goto(PAGE);
  await page.locator("ring-machine#load[data-state=paused]").waitFor({ timeout: 45_000 });
});

test("a walk: all of it at first, then entry by entry to the physical address, and the same as a table", async ({
  page,
}) => {
  const walk = page.locator("ring-machine#load ring-walk");
  await expect(walk.locator(".total")).toContainText("4 + 1 = 5 references");
  await walk.getByRole("button", { name: "Step through" }).click();
  const now = walk.locator(".pipeline > .now");
  const next = walk.getByRole("button", { name: "Next" });
  await expect(now).toContainText("Linear address 0080806042a0");
  for (const said of ["1000 + 1 × 8 = 1008", "4000 + 2 × 8 = 4010", "5000 + 3 × 8 = 5018", "6000 + 4 × 8 = 6020"]) {
    await next.click();
    await expect(now).toContainText(said);
  }
  await next.click();
  await expect(now).toContainText("physical 82a0");
  await expect(next).toHaveAttribute("aria-disabled", "true");
  await walk.getByRole("button", { name: "Show as table" }).click();
  await expect(walk.locator(".steps tbody tr")).toHaveCount(4);
});

test("what is asked of a walk: a write from ring 3 faults with error code 7, decided by U", async ({ page }) => {
  const walk = page.locator("ring-machine#load ring-walk");
  await walk.getByLabel("Access").selectOption("write");
  await walk.getByLabel("Privilege").selectOption("3");
  await walk.getByRole("button", { name: "Walk" }).click();
  await expect(walk.locator(".fault")).toContainText("error code 0007");
  await expect(walk.locator(".letter.decides")).toHaveText("U");
  await walk.getByLabel("Address, or segment and offset").fill("nowhere");
  await walk.getByRole("button", { name: "Walk" }).click();
  await expect(walk.locator(".wrong")).toContainText("There is no register “nowhere”.");
});

test("the tree by keys: up to another entry, right into its table; its table lists both mappings", async ({ page }) => {
  const tree = page.locator("ring-page-tables").first();
  await tree.scrollIntoViewIfNeeded();
  const root = tree.getByRole("listbox", { name: "PML4 at 1000" });
  await expect(tree.getByRole("listbox")).toHaveCount(4);
  await root.focus();
  await page.keyboard.press("ArrowUp");
  await expect(root.getByRole("option", { selected: true })).toHaveAttribute("aria-label", /^Entry 0: .*PDPT at 2000/);
  await expect(tree.getByRole("listbox")).toHaveCount(3);
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("listbox", { name: "PDPT at 2000" })).toBeFocused();
  await tree.getByRole("button", { name: "Show as table" }).click();
  await expect(tree.locator(".all tbody tr")).toHaveCount(2);
  await expect(tree.locator(".all")).toContainText("008080604000–008080604fff");
});

test("a TLB entry is stale from the store to the table on, and gone after INVLPG", async ({ page }) => {
  const machine = page.locator("ring-machine#stale");
  await machine.scrollIntoViewIfNeeded();
  await expect(machine).toHaveAttribute("data-state", "paused", { timeout: 45_000 });
  const tlb = machine.locator("ring-tlb");
  const step = () => machine.getByRole("button", { name: /^Step/ }).first().click();
  await step();
  await expect(tlb.locator("tr.new")).toContainText("00200000");
  await step();
  await expect(tlb.locator("tr.stale")).toContainText("The tables say 9000.");
  await step();
  await step();
  await expect(tlb.locator("tr.gone")).toContainText("00200000");
});

test("a load reads four entries and writes four: both predictions are measured by the ledger", async ({ page }) => {
  for (const [id, said] of [
    ["reads", "Five times"],
    ["writes", "4"],
  ]) {
    const predict = page.locator(`ring-predict#${id}`);
    await predict.getByRole("button", { name: "Just run it" }).click();
    await expect(predict.locator(".machine")).toContainText(said, { timeout: 30_000 });
  }
});

test("a trial on a machine of its own: loads by small pages walk beyond 4 MiB", async ({ page }) => {
  const cell = page.locator("ring-cell", { hasText: "references a load" }).first();
  await cell.scrollIntoViewIfNeeded();
  const rows = cell.locator("details tbody tr");
  await expect(rows).toHaveCount(16, { timeout: 45_000 });
  const row = (size: string) => rows.filter({ hasText: new RegExp(`^${size}`) });
  await expect(row("4 MiB")).toHaveText("4 MiB1.001.00");
  await expect(row("8 MiB")).toHaveText("8 MiB5.001.00");
});

test("four bits about rings: SMEP, flipped by the reader, refuses the third of the five attempts", async ({ page }) => {
  const machine = page.locator("ring-machine#rings");
  await machine.scrollIntoViewIfNeeded();
  await expect(machine).toHaveAttribute("data-state", "paused", { timeout: 45_000 });
  const rows = page.locator("ring-cell", { hasText: "in ring 0" }).locator("tbody tr");
  const tryAll = page.getByRole("button", { name: "Try all five" });
  await tryAll.click();
  await expect(rows.nth(1)).toContainText("11P I", { timeout: 30_000 });
  await expect(rows.nth(2)).toContainText("no fault");
  await machine.locator('[data-bit="CR4.SMEP"]').click();
  await machine.getByRole("button", { name: "Make it 1" }).click();
  await tryAll.click();
  await expect(rows.nth(2)).toContainText("11P I", { timeout: 30_000 });
});
