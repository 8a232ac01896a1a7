// Every lab by keys alone, from the address bar to a hand-in: into the editor, the solution typed in one go, Check, Build
// and run, Hand in; and the hand-in is graded again by the command with the very same report. The normal run takes every
// third lab; RING_FULL=1 all of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { labNames, loadLab, readFiles } from "../../../labs/folders.ts";
import { root } from "../../../scripts/steps.ts";

const walked = labNames().filter((_, i) => process.env.RING_FULL || i % 3 === 0);

/** Presses Tab until what has the focus is `what`. */
async function tabTo(page: Page, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), what)) return;
    await page.keyboard.press("Tab");
  }
  expect(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80)), `Tab never came to ${what}`).toBe(
    what,
  );
}

for (const name of walked) {
  test(`${name}: by keys alone to 100 of 100, a run and a hand-in that the command grades the same`, async ({
    page,
  }) => {
    const lab = await loadLab(name);
    await page.goto(`labs/${name}/`);
    await page.locator("ring-lab[data-ready=true]").waitFor({ state: "attached" });
    for (const [i, file] of lab.files.entries()) {
      if (i > 0) {
        await tabTo(page, `.files .file:nth-of-type(${i + 1})`);
        await page.keyboard.press("Enter");
      }
      await tabTo(page, ".cm-content");
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(readFiles(lab, "solution")[file]);
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(page.locator("[data-score]")).toHaveText(/^100 of 100/, { timeout: 45_000 });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`)).toEqual([]);

    await tabTo(page, "[data-run]");
    await page.keyboard.press("Enter");
    await expect(page.locator("ring-machine")).toHaveAttribute("data-state", /halted|running|paused/, {
      timeout: 30_000,
    });

    // Handing in stands before the editor: from the page's start.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(page, "[data-hand-in]");
    const [download] = await Promise.all([
      page.waitForEvent("download", { timeout: 45_000 }),
      page.keyboard.press("Enter"),
    ]);
    const folder = mkdtempSync(join(tmpdir(), "ring-walk-"));
    await download.saveAs(join(folder, "one.ring.json"));
    const graded = spawnSync(process.execPath, [`${root}labs/grade.ts`, "one.ring.json", "--reports", "out"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, INIT_CWD: folder },
    });
    expect(graded.stdout).toMatch(new RegExp(`one\\.ring\\.json +${name} +100/100 +same`));
    const report = readFileSync(join(folder, "out/one.report.json"), "utf8").trimEnd().replaceAll("\n", "\n  ");
    expect(readFileSync(join(folder, "one.ring.json"), "utf8")).toContain(`"report": ${report}`);
  });
}
