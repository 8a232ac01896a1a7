// Lesson 5 as a reader works through it: places by label, an NMI that waits for IRET, an interrupt that nobody sent.
import { expect, test } from "@playwright/test";

test.beforeEach(async ({ page }) => {
  await page.goto("lessons/05-exceptions-and-interrupts/");
});

test("an NMI sent from an NMI's handler waits: the registers' line says so, until IRET", async ({ page }) => {
  const machine = page.locator("ring-machine#nmi");
  await machine.scrollIntoViewIfNeeded();
  await expect(machine).toHaveAttribute("data-state", "paused", { timeout: 45_000 });
  const predict = page.locator("ring-predict#nmi-inside");
  await predict.getByRole("button", { name: "Just run it" }).click();
  await expect(predict.locator(".machine")).toContainText("the second NMI waits", { timeout: 30_000 });
  await expect(machine.locator("ring-registers .said")).toContainText(
    "no IRET since. Another has come, and waits for it.",
  );
});

test("a request that is masked between the message and INTA comes as vector 27, and the controllers' view says so before", async ({
  page,
}) => {
  await page.getByRole("button", { name: "Run to that STI" }).scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Run to that STI" }).click();
  const controllers = page.locator('ring-interrupts[machine="lines"]');
  await controllers.scrollIntoViewIfNeeded();
  await expect(controllers.locator(".next")).toContainText("spurious IRQ 7 is next", { timeout: 45_000 });
  const predict = page.locator("ring-predict#withdrawn");
  await predict.getByRole("button", { name: "Just run it" }).click();
  await expect(predict.locator(".machine")).toContainText("27, the vector of IRQ 7", { timeout: 30_000 });
});
