// A lesson that was opened works without a network: its machine, its editor and its cells.
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { serveFolder } from "../../scripts/serve.ts";
import { root } from "../../scripts/steps.ts";

test.use({ serviceWorkers: "allow" });

test("a lesson that was opened wakes, steps, and runs an edited cell without its server; one that was not says so", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const server = serveFolder(`${root}dist/`).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await page.goto(`${site}lessons/02-boot/`);
  const kept = (address: string) => page.evaluate((url) => caches.match(url).then(Boolean), address);
  await expect.poll(() => kept(`${site}lessons/02-boot/`), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => kept(site), { timeout: 60_000 }).toBe(true);
  server.close();
  server.closeAllConnections();

  await page.reload();
  const machine = page.locator("ring-machine#boot");
  await expect(machine).toHaveAttribute("data-state", "paused", { timeout: 20_000 });
  await machine.getByRole("button", { name: "Step", exact: true }).click();
  await expect(machine.locator("ring-controls .state")).toContainText("fe05b".slice(-4));
  const cell = page.locator("ring-cell#pair");
  await cell.scrollIntoViewIfNeeded();
  await cell.getByRole("button", { name: "Edit" }).click();
  await expect(cell.locator(".cm-content")).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("const selector = 0x7c0;\nconst offset = 0;");
  await cell.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.locator("ring-cell#sum .cell-output")).toContainText("7c0 × 16 + 0 = 7c00");

  await page.goto(`${site}lessons/00-the-machine-in-this-page/`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("has not been opened in this browser");
  await page.getByRole("link", { name: /Boot: from the reset vector/ }).click();
  await expect(page.locator("h1")).toContainText("F000:FFF0");
});
