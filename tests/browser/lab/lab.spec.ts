// The lab "Write a boot sector", as a student works on it: typing, tabs, checks, hand-in, keys, a phone.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { root } from "../../../scripts/steps.ts";

const PAGE = "labs/02-boot-sector/";
const file = (folder: string) => readFileSync(`${root}labs/02-boot-sector/${folder}/boot.S`, "utf8");

async function openLab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(PAGE);
  await ready(page);
  return page;
}

async function ready(page: Page): Promise<void> {
  await page.locator("ring-lab[data-ready=true]").waitFor({ state: "attached" });
}

const text = (page: Page) => page.locator(".cm-content").innerText();

/** Replaces the whole file, as somebody does who pastes. */
async function paste(page: Page, source: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(source);
}

async function check(page: Page): Promise<void> {
  await page.locator("[data-check]").click();
  await expect(page.locator(".rubric")).toHaveAttribute("data-checking", "false", { timeout: 45_000 });
}

test("what is typed is saved, says when, and is there after a reload", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, "# mine\n");
  await expect(page.locator(".lab-saved")).toHaveText(/^Saved \d\d:\d\d$/);
  await page.reload();
  await ready(page);
  expect(await text(page)).toContain("# mine");
});

test("what is typed the moment the editor is there, before the rest of the lab, is kept; undo takes it back", async ({
  page,
}) => {
  await page.addInitScript(() => {
    new MutationObserver((_, watcher) => {
      const content = document.querySelector<HTMLElement>(".cm-content");
      if (!content) return;
      watcher.disconnect();
      content.focus();
      document.execCommand("insertText", false, "# early");
      document.documentElement.dataset.early = String(document.querySelector("ring-lab[data-ready=true]") === null);
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(PAGE);
  await ready(page);
  await expect(page.locator("html")).toHaveAttribute("data-early", "true");
  await expect(page.locator(".cm-content")).toBeFocused();
  await expect(page.locator(".lab-saved")).toHaveText(/^Saved/);
  await expect(page.locator(".edited")).toHaveText("Edited");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.locator(".edited")).toHaveText("As given");
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(page.locator(".lab-saved")).toHaveText(/^Saved/);
  await page.reload();
  await ready(page);
  expect(await text(page)).toMatch(/^# early/);
});

test("a tab that crashes right after a keystroke loses nothing", async ({ context }) => {
  const page = await openLab(context);
  await paste(page, "# typed, then killed\n");
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {}); // nobody is left to answer
  await crashed;
  const next = await openLab(context);
  expect(await text(next)).toContain("# typed, then killed");
});

test("of two tabs the newer edit stands in both; the other text is kept and offered", async ({ context }) => {
  const [a, b] = [await openLab(context), await openLab(context)];
  await paste(a, "# from a\n");
  await expect(a.locator(".lab-saved")).toHaveText(/^Saved/);
  await expect.poll(() => text(b)).toContain("# from a");
  await paste(b, "# from b\n");
  await expect.poll(() => text(a)).toContain("# from b");
  const offer = b.locator("[data-notice=other-tab]");
  await expect(offer).toContainText("was kept; the newer edit stands");
  await offer.getByRole("button", { name: "Restore it" }).click();
  await expect.poll(() => text(b)).toContain("# from a");
  await expect.poll(() => text(a)).toContain("# from a");
});

test("two tabs that cannot hear each other: the newer edit stands, the other is kept and offered", async ({
  context,
}) => {
  await context.addInitScript(() => {
    (globalThis as { BroadcastChannel?: unknown }).BroadcastChannel = undefined;
  });
  const [a, b] = [await openLab(context), await openLab(context)];
  await paste(a, "# from a\n");
  await expect(a.locator(".lab-saved")).toHaveText(/^Saved/);
  await paste(b, "# from b\n");
  await expect(b.locator("[data-notice=other-tab]")).toContainText("was kept");
  await b.reload();
  await ready(b);
  expect(await text(b)).toContain("# from b");
  await expect(b.locator(".lab-history")).toContainText("from another tab");
});

test("the starter earns less than 30, the solution 100; attempts stay and can be restored", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await check(page);
  const score = async () => Number((await page.locator("[data-score]").innerText()).split(" ")[0]);
  expect(await score()).toBeLessThan(30);
  await expect(page.locator("[data-row=signature]")).toHaveAttribute("data-state", "failed");
  await expect(page.locator("[data-row=loaded]")).toHaveAttribute("data-state", "not reached");
  await expect(page.locator("[data-row=other-hardware]")).toHaveAttribute("data-state", "after hand-in");
  await expect(page.locator("[data-row=signature] .detail")).toContainText("Expected55 AA at bytes 510 and 511");
  await paste(page, file("solution"));
  await expect(page.locator(".rubric-state")).toContainText("Edited since then");
  await check(page);
  expect(await score()).toBe(100);
  await page.reload();
  await ready(page);
  expect(await score()).toBe(100);
  await page
    .locator(".lab-history li", { hasText: "Checked: 10 of 100" })
    .getByRole("button", { name: "Restore" })
    .click();
  await expect.poll(() => text(page)).toContain("still missing");
});

test("a failed item says what was expected and seen, and opens the machine one instruction before", async ({
  page,
}) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, file("wrong/video-memory"));
  await check(page);
  const row = page.locator("[data-row=service]");
  await expect(row).toHaveAttribute("data-state", "failed");
  await expect(row.locator(".detail")).toContainText("written straight into the screen's memory");
  await row.getByRole("button", { name: "See it happen" }).click();
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "past", { timeout: 30_000 });
  await expect(page.locator(".cm-line.lit")).toContainText("stosw");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`after a check and See it happen: 0 axe violations, ${colorScheme}`, async ({ browser, baseURL }) => {
    const context = await browser.newContext({ baseURL, colorScheme, viewport: { width: 1280, height: 900 } });
    const page = await openLab(context);
    await paste(page, file("wrong/scratch-outside"));
    await check(page);
    await page.getByRole("button", { name: "Show a hint" }).click();
    await page.getByRole("button", { name: "See it happen" }).click();
    await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "past", { timeout: 30_000 });
    await expect(page.locator(".machine-says")).toHaveText(
      "A run of the check: with a pattern in the memory around it.",
    );
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
    await context.close();
  });
}

test("a hand-in from the page is graded again in Node with the same report, byte for byte", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, file("wrong/interrupts-on"));
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 45_000 }),
    page.locator("[data-hand-in]").click(),
  ]);
  expect(download.suggestedFilename()).toBe("02-boot-sector.ring.json");
  const folder = mkdtempSync(join(tmpdir(), "ring-handin-"));
  await download.saveAs(join(folder, "one.ring.json"));
  const graded = spawnSync(process.execPath, [`${root}labs/grade.ts`, "one.ring.json", "--reports", "out"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: folder },
  });
  expect(graded.stdout).toMatch(/one\.ring\.json +02-boot-sector +90\/100 +halts +same/);
  const handIn = readFileSync(join(folder, "one.ring.json"), "utf8");
  const report = readFileSync(join(folder, "out/one.report.json"), "utf8");
  const indented = report.trimEnd().replaceAll("\n", "\n  ");
  expect(handIn).toContain(`"report": ${indented}`);
});

test("the assembler's message stands at its line, with a hint below the editor", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, ".code16\n  mvo %ax, %bx\n  hlt\n");
  await expect(page.locator(".code-foot .problem")).toContainText("boot.S line 2", { timeout: 20_000 });
  await expect(page.locator(".cm-lintRange-error")).toHaveText("mvo");
  await paste(page, file("solution"));
  await expect(page.locator(".code-foot .problem")).toHaveCount(0);
});

test("Build and run shows the line on the machine's screen", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, file("solution"));
  await page.getByRole("button", { name: "Build and run" }).click();
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "halted", { timeout: 30_000 });
  await page.getByRole("button", { name: "Read as text" }).click();
  await expect(page.locator("ring-screen")).toContainText("Booted from 7C00");
});

test("an engine that hangs under Build and run: typing goes on, what was lost is said, and Try again runs it", async ({
  page,
}) => {
  await page.goto(PAGE);
  await ready(page);
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "paused");
  for (const worker of page.workers())
    worker
      .evaluate(() => {
        for (;;);
      })
      .catch(() => {}); // ended by the watchdog
  await paste(page, file("solution"));
  await page.getByRole("button", { name: "Build and run" }).click();
  await expect(page.locator(".lab-saved")).toHaveText(/^Saved/);
  const lost = page.locator("[data-notice=engine]");
  await expect(lost).toContainText("“Build and run” was lost: the engine stopped answering, and was started again.", {
    timeout: 20_000,
  });
  await lost.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "halted", { timeout: 30_000 });
  await expect(lost).toHaveCount(0);
});

test("reset gives the starter back, Undo the work", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  await paste(page, "# mine\n");
  await page.getByRole("button", { name: "Reset file" }).click();
  await expect.poll(() => text(page)).toContain("still missing");
  await page.locator("[data-notice=undo]").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => text(page)).toContain("# mine");
});

test("a full disk: the work stays in the tab, is said to be safe, and can be exported", async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await page.goto(PAGE);
  await ready(page);
  await paste(page, "# precious\n");
  const notice = page.locator("[data-notice=storage]");
  await expect(notice).toContainText("This browser's storage is full. Your work is safe in this tab.");
  const [download] = await Promise.all([page.waitForEvent("download"), notice.getByRole("button").click()]);
  expect(readFileSync(await download.path(), "utf8")).toContain("# precious");
});

test("an import that is damaged says where; a good one is shown as a difference and replaces nothing", async ({
  page,
}) => {
  await page.goto(PAGE);
  await ready(page);
  const give = async (buffer: Buffer) => {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Import" }).click(),
    ]);
    await chooser.setFiles({ name: "work.json", mimeType: "application/json", buffer });
  };
  await give(Buffer.from('{"format": "ring-work", '));
  await expect(page.locator("[data-notice=import]")).toContainText("work.json: offset 24 (line 1, column 25)");
  const work = {
    format: "ring-work",
    formatVersion: 1,
    lab: "02-boot-sector",
    files: { "boot.S": "# theirs\n" },
    versions: [],
  };
  await give(Buffer.from(JSON.stringify(work)));
  await expect(page.locator(".difference")).toContainText("+ # theirs");
  expect(await text(page)).toContain("still missing");
});

test("keys alone: Tab passes the editor, typing holds it, Esc lets go, Ctrl+Enter checks", async ({ page }) => {
  await page.goto(PAGE);
  await ready(page);
  const focused = () => page.evaluate(() => document.activeElement?.className ?? "");
  const tabTo = async (part: string) => {
    for (let i = 0; i < 80 && !(await focused()).includes(part); i++) await page.keyboard.press("Tab");
    expect(await focused()).toContain(part);
  };
  await tabTo("cm-content");
  const before = await text(page);
  await page.keyboard.press("Tab");
  expect(await focused()).not.toContain("cm-content");
  expect(await text(page)).toBe(before);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("#");
  await expect(page.locator(".held-strip")).toHaveText("Tab indents. Esc leaves.");
  await page.keyboard.press("Tab");
  expect(await focused()).toContain("cm-content");
  expect(await text(page)).not.toBe(before);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  expect(await focused()).not.toContain("cm-content");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.locator("[data-score]")).toHaveText(/of 100/, { timeout: 45_000 });
});

test("on a phone: tabs, the editor is read-only until Edit, a check shows the rubric", async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await openLab(context);
  await page.getByRole("tab", { name: "Code" }).tap();
  await expect(page.locator(".cm-content")).toHaveAttribute("contenteditable", "false");
  await page.getByRole("button", { name: "Edit", exact: true }).tap();
  await expect(page.locator(".key-row")).toBeVisible();
  await page.locator(".key-row").getByRole("button", { name: "%" }).tap();
  expect(await text(page)).toContain("%");
  await page.getByRole("tab", { name: "Score" }).tap();
  await expect(page.locator("[data-score]")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeHidden();
  await page.getByRole("tab", { name: "Read" }).tap();
  await expect(page.locator("[data-score]")).toBeHidden();
  await page.locator("[data-check]").tap();
  await expect(page.locator("[data-score]")).toBeVisible();
  await expect(page.getByRole("tab", { name: /^\d+\/100$/ })).toHaveAttribute("aria-selected", "true");
  await context.close();
});

test("without a script the statement is complete, with the starter in it", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(PAGE);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Write a boot sector");
  await expect(page.locator("pre", { hasText: "Bytes 510 and 511 are still missing" })).toBeVisible();
  await context.close();
});
