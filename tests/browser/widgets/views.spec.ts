// The views on a plain page that has no stylesheet of ours: keyboard, holding, editing, predictions, axe in both themes.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { createServer, type ViteDevServer } from "vite";
import config from "./vite.config.ts";

let server: ViteDevServer;
let address = "";

test.beforeAll(async () => {
  server = await createServer({ ...config, configFile: false, server: { port: 0, hmr: false } });
  await server.listen();
  address = `${server.resolvedUrls!.local[0]}tests/browser/widgets/views.html`;
});
test.afterAll(() => server.close());

async function open(page: Page, query = ""): Promise<void> {
  await page.goto(address + query);
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "paused");
}

const tick = (page: Page) =>
  page.evaluate(
    () => (document.querySelector("#boot") as never as { session: { status: { tick: number } } }).session.status.tick,
  );
const focused = (page: Page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return `${(at!.getRootNode() as ShadowRoot).host?.localName ?? ""} ${at!.localName}.${at!.className}`;
  });
/** Focus on the executing line of the disassembly. */
async function enterMachine(page: Page): Promise<void> {
  await page.locator("ring-disassembly tr[tabindex='0']").focus();
}

test("a machine wakes on coming into view, paused at the instruction that `at` names", async ({ page }) => {
  await open(page);
  expect(await tick(page)).toBe(6);
  await expect(page.locator("ring-controls .word")).toHaveText("Paused");
  await expect(page.locator("ring-disassembly .lit")).toContainText("lods");
});

test("Tab goes through the machine and out of it; no stop holds the keyboard", async ({ page }) => {
  await open(page);
  await page.getByText("A link before").focus();
  const visited: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    visited.push(await focused(page));
    expect(
      await page.evaluate(
        () => (document.querySelector("#boot") as never as { session: { held: boolean } }).session.held,
      ),
    ).toBe(false);
    if (visited.at(-1)?.startsWith("ring-value")) break;
  }
  expect(visited[0]).toContain("skip");
  expect(visited.at(-1)).toContain("ring-value");
  expect(
    visited.filter((one) => one.startsWith("ring-controls")),
    "the toolbar is one stop",
  ).toHaveLength(1);
  expect(
    visited.filter((one) => one.startsWith("ring-registers span")),
    "the registers are one stop",
  ).toHaveLength(1);
  expect(
    visited.filter((one) => one.startsWith("ring-memory td")),
    "the grid is one stop",
  ).toHaveLength(1);
});

test("“Skip this machine” goes past all of it", async ({ page }) => {
  await open(page);
  await page.getByText("A link before").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await focused(page)).toContain("ring-value");
});

test("s steps, Shift+S goes back, and the bar says Past; End returns; outside, letters are the page's", async ({
  page,
}) => {
  await open(page);
  await enterMachine(page);
  await page.keyboard.press("s");
  await expect.poll(() => tick(page)).toBe(7);
  for (let i = 0; i < 6; i++) await page.keyboard.press("s");
  await expect.poll(() => tick(page), "focus survives rows that come and go").toBe(13);
  await page.keyboard.press("Shift+S");
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "past");
  await expect(page.locator("ring-controls .count").first()).toHaveText("12 of 13");
  await page.keyboard.press("End");
  await expect.poll(() => tick(page)).toBe(13);
  await page.getByText("A link before").focus();
  await page.keyboard.press("s");
  await page.waitForTimeout(100);
  expect(await tick(page)).toBe(13);
});

test("steps are said once, after they settle", async ({ page }) => {
  await open(page);
  await enterMachine(page);
  await page.keyboard.press("s");
  await expect(page.locator(".ring-speech")).toContainText("Stepped to 0000:7c0e. EAX is e48.");
});

test("arrows move inside the toolbar", async ({ page }) => {
  await open(page);
  await page.locator("ring-controls button[tabindex='0']").focus();
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toContain("run");
  await page.keyboard.press("Enter");
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "halted");
  await expect(page.locator("ring-controls .reason")).toHaveText("stopped for good: HLT with IF = 0");
});

test("Enter holds the screen, keys go to the guest, Esc leaves and focus stays on the frame", async ({ page }) => {
  await open(page);
  await page.locator("ring-screen .cover").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-screen")).toContainText("Keys go to the guest.");
  await page.keyboard.press("s");
  await page.keyboard.press("Tab");
  expect(await tick(page), "held, s is the guest's").toBe(6);
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          (document.querySelector("#boot") as never as { session: { handle: { sent: string[] } } }).session.handle.sent,
      ),
    )
    .toEqual(["KeyS down", "KeyS up", "Tab down", "Tab up"]);
  await page.keyboard.press("Escape");
  expect(await focused(page)).toBe("ring-screen button.cover");
  await page.keyboard.press("Tab");
  expect(await focused(page)).not.toContain("cover");
});

test("Shift+Tab leaves a held screen at once", async ({ page }) => {
  await open(page);
  await page.locator("ring-screen .cover").click();
  await page.keyboard.press("Shift+Tab");
  expect(await focused(page)).not.toContain("ring-screen");
  await expect(page.locator("ring-screen .frame")).not.toHaveClass(/held/);
});

test("b sets a breakpoint at the chosen line, a run stops there, a click takes it away", async ({ page }) => {
  await open(page);
  await enterMachine(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("b");
  const disc = page.locator("ring-disassembly").getByRole("button", { name: "Breakpoint at 7c12" });
  await expect(disc).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("c");
  await expect(page.locator("ring-controls .reason")).toHaveText("breakpoint at 7c12");
  expect(await tick(page)).toBe(9);
  await disc.click();
  await expect(disc).toHaveAttribute("aria-pressed", "false");
});

test("Enter on a register edits it; what does not fit is refused with the reason", async ({ page }) => {
  await open(page);
  await page.locator("ring-registers [data-cell=EAX]").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "ESI" });
  await dialog.getByRole("textbox").fill("123456789");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("123456789 does not fit in 32 bits.");
  await dialog.getByRole("textbox").fill("7c24");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.locator("ring-registers [data-cell=ESI]")).toHaveText("00007c24");
  await expect(page.locator("ring-registers [data-cell=ESI]")).toHaveClass(/changed/);
  expect(await focused(page)).toContain("ring-registers span.value");
});

test("an edit in the past starts a new run, and Undo brings the old one back", async ({ page }) => {
  await open(page);
  await page.evaluate(() =>
    (
      document.querySelector("#boot") as never as {
        session: { step(n: number): Promise<void>; goTo(n: number): Promise<void> };
      }
    ).session
      .step(20)
      .then(() =>
        (document.querySelector("#boot") as never as { session: { goTo(n: number): Promise<void> } }).session.goTo(8),
      ),
  );
  await page.locator("ring-registers [data-cell=EBX]").click();
  await page.getByRole("dialog", { name: "EBX" }).getByRole("textbox").fill("1");
  await page.keyboard.press("Enter");
  await expect(page.locator("#boot")).toContainText("New run from 8. The run before is kept.");
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "paused");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => tick(page)).toBe(26);
});

test("hex digits edit memory, arrows move, Go to takes a register", async ({ page }) => {
  await open(page);
  await page.locator("ring-memory td[tabindex='0']").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("41");
  await expect(page.locator("ring-memory tbody tr").first()).toContainText("HAllo fr");
  await page.locator("ring-memory input").fill("esp");
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-memory tbody th").first()).toHaveText("00007c00");
  await page.locator("ring-memory input").fill("no such");
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-memory .wrong")).toContainText("There is no register “no”.");
  await page.getByRole("button", { name: "Address before" }).click();
  await expect(page.locator("ring-memory tbody th").first()).toHaveText("00007c20");
});

test("“Who wrote this?” goes back to the instruction that gave a register its value", async ({ page }) => {
  await open(page);
  await page.evaluate(() =>
    (document.querySelector("#boot") as never as { session: { step(n: number): Promise<void> } }).session.step(20),
  );
  await page.locator("ring-registers [data-cell=ESP]").focus();
  await page.keyboard.press("w");
  await expect.poll(() => tick(page)).toBe(3);
  await expect(page.locator("ring-disassembly .lit")).toContainText("mov $0x7c00,%sp");
});

test("a link to an instant brings the machine there, and focus to its name", async ({ page }) => {
  await page.goto(`${address}#boot@4`);
  await expect.poll(() => tick(page)).toBe(4);
  await expect.poll(() => focused(page)).toBe("ring-machine div.name sr");
});

test("a prediction runs to the question and shows both answers; it is there after a reload", async ({ page }) => {
  await open(page);
  const predict = page.locator("#letter");
  const done = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.addEventListener("ring-progress", (event) => resolve((event as CustomEvent).detail)),
      ),
  );
  await predict.getByRole("textbox").fill("4F");
  await predict.getByRole("button", { name: "Lock in and run" }).click();
  await expect(predict.locator(".you")).toContainText("4f (79)");
  await expect(predict.locator(".machine")).toContainText("48 (72)");
  await expect(predict.locator(".machine")).toContainText("at instruction 9");
  expect(await done).toEqual({ prediction: "letter" });
  await page.reload();
  await expect(predict.locator(".machine")).toContainText("48 (72)");
});

test("a measured number chooses the nearest option, and an order is measured", async ({ page }) => {
  await open(page);
  await page.locator("#count").getByLabel("about ten thousand").check();
  await page.locator("#count").getByRole("button", { name: "Lock in and run" }).click();
  await expect(page.locator("#count .machine")).toContainText("about a hundred");
  await page.locator("#order").getByRole("button", { name: "Just run it" }).click();
  await expect(page.locator("#order .machine li")).toHaveText([
    "DS becomes 0",
    "INT 10h is called",
    "The processor halts",
  ]);
});

test("numbers in prose follow the machine, and outline their place", async ({ page }) => {
  await open(page);
  const value = page.locator("ring-value[expr=EIP] .value");
  await value.scrollIntoViewIfNeeded();
  await expect(value).toHaveText("7c0d");
  await page.getByRole("button", { name: "Run to 7c12" }).click();
  await expect(value).toHaveText("7c12");
  await value.hover();
  await expect(page.locator("ring-registers [data-cell=EIP]")).toHaveClass(/outlined/);
});

test("the screen can be read as text", async ({ page }) => {
  await open(page);
  await page.locator("ring-controls .run").click();
  await page.locator("ring-screen").getByRole("button", { name: "Read as text" }).click();
  await expect(page.locator("ring-screen pre")).toContainText("Hello from the fake machine");
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing at ${width} px, ${theme}: paused, past, and with every box open`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      await open(page);
      const check = async (when: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id, nodes }) => `${when}: ${id} ${nodes.map(({ target }) => target).join(" ")}`),
        ).toEqual([]);
      };
      await check("paused");
      await enterMachine(page);
      for (const key of ["s", "s", "Shift+S"]) await page.keyboard.press(key);
      await expect(page.locator("#boot")).toHaveAttribute("data-state", "past");
      await check("past");
      await page.locator("ring-registers summary").click();
      await page.locator("ring-timeline").getByRole("button", { name: "Events" }).click();
      await page.locator("ring-controls .more").click();
      await check("menu");
      await page.keyboard.press("Escape");
      await page.locator("ring-registers [data-cell=EAX]").click();
      await check("value");
      await page.keyboard.press("Escape");
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider).toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}
