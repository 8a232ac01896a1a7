// The views on a plain page that has no stylesheet of ours: keyboard, holding, editing, predictions, axe in both themes.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect as promptly, test } from "@playwright/test";
import { createServer, type ViteDevServer } from "vite";
import type { RingMachine } from "../../../widgets/index.ts";
import config from "./vite.config.ts";

// The pages come unbundled, and other tests run beside: waking takes its time.
const expect = promptly.configure({ timeout: 20_000 });
let server: ViteDevServer;
let address = "";

test.describe.configure({ timeout: 120_000 });
test.use({ actionTimeout: 20_000 });

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
  page.evaluate(() => document.querySelector<RingMachine>("#boot")!.session.status?.tick ?? -1);
/** Has the machine do something, as a script of the page would. */
const act = (page: Page, verb: "step" | "goTo", count: number) =>
  page.evaluate(
    ([name, by]) => document.querySelector<RingMachine>("#boot")!.session[name as "step"](by as number),
    [verb, count],
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
  await expect(page.locator("ring-controls .word")).toHaveText("Paused");
  await expect(page.locator("ring-disassembly .lit")).toContainText("7c00");
  await expect(page.locator("ring-disassembly .lit")).toContainText("cli");
  await expect(page.locator("ring-source .lit")).toContainText("start:");
  await expect(page.locator("ring-screen pre")).toContainText("Booting from floppy A");
});

test("Tab goes through the machine and out of it; no stop holds the keyboard", async ({ page }) => {
  await open(page);
  await page.getByText("A link before").focus();
  const visited: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    visited.push(await focused(page));
    expect(await page.evaluate(() => document.querySelector<RingMachine>("#boot")!.session.held)).toBe(false);
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
  const start = await tick(page);
  await enterMachine(page);
  await page.keyboard.press("s");
  await expect.poll(() => tick(page)).toBe(start + 1);
  for (let i = 0; i < 15; i++) await page.keyboard.press("s");
  await expect.poll(() => tick(page), "focus survives rows that come and go").toBe(start + 16);
  await page.keyboard.press("Shift+S");
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "past");
  expect(await tick(page)).toBe(start + 15);
  await expect(page.locator("ring-controls .count").first()).toContainText(" of ");
  await page.keyboard.press("End");
  await expect.poll(() => tick(page)).toBe(start + 16);
  await page.getByText("A link before").focus();
  await page.keyboard.press("s");
  await page.waitForTimeout(100);
  expect(await tick(page)).toBe(start + 16);
});

test("steps are said once, after they settle", async ({ page }) => {
  await open(page);
  await enterMachine(page);
  for (let i = 0; i < 5; i++) await page.keyboard.press("s");
  await expect(page.locator(".ring-speech")).toContainText("Stepped to 0000:7c0a.");
});

test("arrows move inside the toolbar; Run runs until the guest waits, Pause stops it", async ({ page }) => {
  await open(page);
  await page.locator("ring-controls button[tabindex='0']").focus();
  expect(await focused(page)).toContain("run");
  await page.keyboard.press("ArrowLeft");
  expect(await focused(page)).toContain("wide");
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toContain("run");
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-screen pre")).toContainText("Hello from a boot sector");
  await expect(page.locator("ring-controls .reason")).toHaveText("waiting for an interrupt");
  await expect(page.locator("ring-controls .run")).toHaveText("Pause");
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-controls .run")).toHaveText("Run");
});

test("Enter holds the screen, keys go to the guest, Esc leaves and focus stays on the frame", async ({ page }) => {
  await open(page);
  await page.locator("ring-controls .run").click();
  await expect(page.locator("ring-screen pre")).toContainText("Hello from a boot sector");
  await page.locator("ring-screen .cover").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("ring-screen")).toContainText("Keys go to the guest.");
  await page.keyboard.press("s");
  await expect(page.locator("ring-screen pre")).toContainText(/sector\ns$/);
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "halted");
  await expect(page.locator("ring-controls .reason")).toHaveText("stopped for good: HLT with IF = 0");
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

test("a phone's text goes to the guest as keys", async ({ page }) => {
  await open(page);
  await page.locator("ring-controls .run").click();
  await expect(page.locator("ring-screen pre")).toContainText("Hello from a boot sector");
  await page.locator("ring-screen .cover").click();
  await page.keyboard.insertText("Z");
  await expect(page.locator("ring-screen pre")).toContainText(/sector\nZ$/);
});

test("b sets a breakpoint at the chosen line, a run stops there, a click takes it away", async ({ page }) => {
  await open(page);
  await enterMachine(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("b");
  const disc = page.locator("ring-disassembly").getByRole("button", { name: "Breakpoint at 7c05" });
  await expect(disc).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("c");
  await expect(page.locator("ring-controls .reason")).toHaveText("breakpoint at 7c05");
  await expect(page.locator("ring-source .lit")).toContainText("mov  %ax, %ss");
  await disc.click();
  await expect(disc).toHaveAttribute("aria-pressed", "false");
});

test("Enter on a line opens the instruction's card, Esc closes it", async ({ page }) => {
  await open(page);
  await enterMachine(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const card = page.getByRole("dialog", { name: "XOR" });
  await expect(card).toContainText("AMD APM");
  await page.keyboard.press("Escape");
  await expect(card).toHaveCount(0);
  expect(await focused(page)).toContain("ring-disassembly tr");
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
  const start = await tick(page);
  await act(page, "step", 8);
  await act(page, "goTo", start + 2);
  await page.locator("ring-registers [data-cell=EBX]").click();
  await page.getByRole("dialog", { name: "EBX" }).getByRole("textbox").fill("1");
  await page.keyboard.press("Enter");
  await expect(page.locator("#boot")).toContainText("The run before is kept.");
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "paused");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => tick(page)).toBe(start + 8);
  await expect(page.locator("ring-registers [data-cell=EBX]")).toHaveText("00000000");
});

test("hex digits edit memory, arrows move, Go to takes a register", async ({ page }) => {
  await open(page);
  await page.locator("ring-memory td[tabindex='0']").focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.type("41");
  await expect(page.locator("ring-memory tbody tr").first()).toContainText("HAllo");
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
  await act(page, "step", 12);
  await page.locator("ring-registers [data-cell=ESI]").focus();
  await page.keyboard.press("w");
  await expect(page.locator("ring-disassembly .lit")).toContainText("lods");
});

test("a link to an instant brings the machine there, and focus to its name", async ({ page }) => {
  await page.goto(`${address}#boot@1000`);
  await expect.poll(() => tick(page)).toBe(1000);
  await expect.poll(() => focused(page)).toBe("ring-machine div.name sr");
});

test("the timeline goes to events, and lists them", async ({ page }) => {
  await open(page);
  const start = await tick(page);
  const range = page.locator("ring-timeline input");
  await range.focus();
  await page.keyboard.press("PageDown");
  await expect.poll(() => tick(page)).toBeLessThan(start);
  await expect(range).toHaveAttribute("aria-valuetext", / of .*, real mode, after INT/);
  await page.keyboard.press("Home");
  await expect.poll(() => tick(page)).toBe(0);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tick(page)).toBe(1);
  await page.locator("ring-timeline").getByRole("button", { name: "Events" }).click();
  await expect(page.locator("ring-timeline table")).toContainText("INT 19h");
});

test("a place is picked by a click in a view, by Enter, or typed, and stands beside the answer", async ({ page }) => {
  await open(page);
  const where = page.locator("#where");
  await where.getByRole("button", { name: "Pick it in a view" }).click();
  await page.locator('ring-registers [data-place="EDI"]').click();
  await expect(where.getByRole("textbox")).toHaveValue("EDI");
  // The click was the answer alone: no register opened.
  await expect(page.locator("ring-registers").getByRole("dialog")).toHaveCount(0);
  await where.getByRole("button", { name: "Lock in" }).click();
  await expect(where.locator(".you")).toContainText("EDI");
  await expect(where.locator(".machine")).toContainText("SI");

  const stack = page.locator("#stack");
  await stack.getByRole("button", { name: "Pick it in a view" }).click();
  await page.locator('ring-memory [data-place="7c20"]').focus();
  await page.keyboard.press("Enter");
  await expect(stack.getByRole("textbox")).toHaveValue("7c20");
  await stack.getByRole("textbox").fill("7c21");
  await stack.getByRole("button", { name: "Lock in and run" }).click();
  await expect(stack.locator(".you")).toContainText("7c21");
  await expect(stack.locator(".machine")).toContainText("7c20");
  await expect(page.locator('ring-memory [data-place="7c20"]')).toHaveClass(/outlined/);
});

test("Escape ends picking, and what is no place is refused with words", async ({ page }) => {
  await open(page);
  const where = page.locator("#where");
  await where.getByRole("button", { name: "Pick it in a view" }).click();
  await page.keyboard.press("Escape");
  await expect(where.getByRole("button", { name: "Pick it in a view" })).toBeFocused();
  await where.getByRole("textbox").fill("nowhere");
  await where.getByRole("button", { name: "Lock in" }).click();
  await expect(where.locator(".problem")).toContainText("type a register or an address");
});

test("a reference card asks the engine: IRET's encoding, flags and source", async ({ page }) => {
  await open(page);
  const card = page.locator("ring-card");
  await expect(card.getByRole("table", { name: "Encodings of IRET" })).toContainText("CF");
  await expect(card).toContainText("AMD APM vol. 3, IRET");
  await expect(card).toContainText("Writes OF DF IF TF SF ZF AF PF CF NT RF.");
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
  await expect(predict.locator(".machine")).toContainText("at instruction");
  expect(await done).toEqual({ prediction: "letter" });
  await page.reload();
  await expect(predict.locator(".machine")).toContainText("48 (72)");
});

test("a measured number chooses the nearest option, and an order is measured", async ({ page }) => {
  await open(page);
  await page.locator("#count").getByLabel("about ten thousand").check();
  await page.locator("#count").getByRole("button", { name: "Lock in and run" }).click();
  await expect(page.locator("#count .machine")).toContainText("about a million");
  await page.locator("#order").getByRole("button", { name: "Just run it" }).click();
  await expect(page.locator("#order .machine li")).toHaveText([
    "DS becomes 0",
    "INT 10h is called",
    "A key is waited for",
  ]);
});

test("numbers in prose follow the machine, and outline their place", async ({ page }) => {
  await open(page);
  const value = page.locator("ring-value[expr=EIP] .value");
  await value.scrollIntoViewIfNeeded();
  await expect(value).toHaveText("7c00");
  await page.getByRole("button", { name: "Run to 7c15" }).click();
  await expect(value).toHaveText("7c15");
  await value.hover();
  await expect(page.locator("ring-registers [data-cell=EIP]")).toHaveClass(/outlined/);
});

test("the screen can be read as text", async ({ page }) => {
  await open(page);
  await page.locator("ring-screen").getByRole("button", { name: "Read as text" }).click();
  await expect(page.getByRole("region", { name: "Text on the screen" })).toBeVisible();
});

test("asleep, a recorded frame is what stands there; waking moves nothing", async ({ page }) => {
  await open(page);
  await page.evaluate(async () => {
    const { recordFrame } = (await import("/widgets/index.ts" as string)) as typeof import("../../../widgets/index.ts");
    const { handle } = document.querySelector<RingMachine>("#boot")!.session;
    const frame = await recordFrame(handle!, { memory: [{ address: 0x7c20, length: 128 }] });
    const again = document.createElement("ring-machine");
    again.id = "again";
    for (const [name, value] of Object.entries({ manual: "", memory: "2", floppy: "#boot-src", label: "Again" })) {
      again.setAttribute(name, value);
    }
    again.innerHTML = `<script type="application/json" class="recorded">${JSON.stringify(frame)}</script>
      <ring-controls></ring-controls><ring-timeline></ring-timeline><ring-disassembly></ring-disassembly>
      <ring-screen></ring-screen><ring-registers></ring-registers><ring-memory at="7c20"></ring-memory>`;
    document.querySelector("h1")!.after(again);
  });
  const again = page.locator("#again");
  await expect(again.locator("ring-controls .state")).toContainText("Asleep");
  await expect(again.locator("ring-disassembly .lit")).toContainText("cli");
  await expect(again.locator("ring-screen pre")).toContainText("Booting from floppy A");
  await expect(again.locator("ring-memory tbody tr").first()).toContainText("Hello");
  const look = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("#again > :not(script)")].map((view) => {
        const { top, left, width, height } = view.getBoundingClientRect();
        const rows = [...view.shadowRoot!.querySelectorAll("tr, .pair, pre, .letters")];
        const text = view.localName === "ring-controls" ? [] : rows.map((row) => row.textContent);
        return { view: view.localName, at: [top, left, width, height].map(Math.round), text };
      }),
    );
  const asleep = await look();
  await again.locator("ring-controls .run").click();
  await expect(again).toHaveAttribute("data-state", "paused");
  await expect(again.locator("ring-controls .state")).toContainText("Paused");
  expect(await look()).toEqual(asleep);
});

test("where there are no workers, the machine says so and the rest of the page stands", async ({ page }) => {
  await page.addInitScript(() => {
    (window as { Worker?: unknown }).Worker = class {
      constructor() {
        throw new Error("this browser has no workers");
      }
    };
  });
  await page.goto(address);
  await expect(page.locator("#boot")).toHaveAttribute("data-state", "failed");
  await expect(page.locator("#boot .problem")).toContainText("This machine could not be started.");
  await expect(page.locator("#boot .problem")).toContainText("this browser has no workers.");
  await expect(page.locator("ring-source")).toContainText("start:");
});

test("at 320 px nothing is wider than the window", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await open(page);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider).toBeLessThanOrEqual(0);
});

for (const theme of ["light", "dark"] as const) {
  // One width a theme; in the long list both.
  for (const width of process.env["RING_FULL"] ? [1280, 390] : [theme === "light" ? 1280 : 390]) {
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
      await page.locator("ring-timeline").getByRole("button", { name: "Events" }).click();
      await page.locator("ring-registers").scrollIntoViewIfNeeded();
      await page.locator("ring-registers summary").click();
      await page.locator("ring-registers [data-cell=EAX]").click();
      await check("paused, with events, segments and a value");
      await page.keyboard.press("Escape");
      await enterMachine(page);
      for (const key of ["s", "s", "Shift+S"]) await page.keyboard.press(key);
      await expect(page.locator("#boot")).toHaveAttribute("data-state", "past");
      await page.locator("ring-controls .more").click();
      await check("past, with the menu");
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider).toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}

test("the stack frame appears with INT 10h, as drawing and as table, and is gone after its IRET", async ({ page }) => {
  await open(page);
  const frame = page.locator("ring-frame");
  await frame.scrollIntoViewIfNeeded();
  await expect(frame).toContainText("No exception’s or interrupt’s frame");
  await page.evaluate(() =>
    document.querySelector<RingMachine>("#boot")!.session.runTo({ event: { kind: "interrupt", vector: 0x10 } }),
  );
  await expect(frame.locator(".chip")).toHaveText("INT 10h");
  await expect(frame.locator(".slot.processor b")).toHaveText(["FLAGS", "CS", "IP"]);
  await frame.getByRole("button", { name: "Show as table" }).press("Enter");
  await expect(frame.locator(".drawing")).toHaveCount(0);
  await expect(frame.getByRole("table", { name: /The frame of INT 10h/ })).toBeVisible();
  await page.evaluate(() => document.querySelector<RingMachine>("#boot")!.session.out());
  await expect(frame).toContainText("No exception’s or interrupt’s frame");
});

test("the interrupt controllers say who drives each line and what is masked", async ({ page }) => {
  await open(page);
  await page.locator("ring-interrupts").scrollIntoViewIfNeeded();
  const first = page.locator("ring-interrupts").getByRole("region", { name: "First 8259" });
  await expect(first.getByRole("row", { name: /^0 timer/ })).toContainText("not masked (IMR)");
  await expect(first.getByRole("row", { name: /^6 floppy/ })).toContainText("0e");
  await expect(page.locator("ring-interrupts")).toContainText("Local APIC");
});

test("the IDT's chosen entry stands bit by bit; arrows go to a bit, Enter flips it in memory", async ({ page }) => {
  await open(page);
  const idt = page.locator("ring-descriptors[of=idt]");
  await idt.scrollIntoViewIfNeeded();
  await expect(idt.locator(".entry")).toContainText("Vector 10, at 00000040: far pointer");
  await expect(idt.locator(".bit")).toHaveCount(32);
  await idt.locator(".bit").first().focus();
  for (let i = 0; i < 31; i++) await page.keyboard.press("ArrowRight");
  const last = idt.getByRole("button", { name: /bit 0 of Offset/ });
  const before = await last.getAttribute("aria-pressed");
  await page.keyboard.press("Enter");
  await expect(last).not.toHaveAttribute("aria-pressed", String(before));
  await expect(last).toBeFocused();
  await idt.getByText("Show as table").click();
  await expect(idt.getByRole("row", { name: /Segment/ })).toContainText("CS becomes this");
  await expect(page.locator("ring-descriptors[of=tss]")).toContainText("base 00000000");
});

test("system registers: a bit says what it changes and can be flipped; tabs by arrows; features can be looked for", async ({
  page,
}) => {
  await open(page);
  const system = page.locator("ring-system");
  await system.scrollIntoViewIfNeeded();
  const wp = system.getByRole("button", { name: /^CR0\.WP/ });
  await wp.click();
  await expect(system.locator(".about")).toContainText("Ring 0 obeys read-only pages");
  await system.getByRole("button", { name: "Make it 1" }).click();
  await expect(wp).toHaveAccessibleName("CR0.WP, write protect: 1, changed");
  await system.getByRole("tab", { name: "Control" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(system.getByRole("tab", { name: "MSRs" })).toBeFocused();
  await expect(system.getByRole("row", { name: /EFER/ })).toContainText("c0000080");
  await page.keyboard.press("ArrowRight");
  await system.getByLabel("Feature or leaf").fill("smep");
  await expect(system.locator(".leaf")).toHaveCount(1);
  await expect(system.locator(".leaf .chip")).toContainText("SMEP");
});

test("an access lights its part on the map and is a row of the trace; its tick goes there, its part opens", async ({
  page,
}) => {
  await open(page);
  const map = page.locator("ring-pc");
  await map.scrollIntoViewIfNeeded();
  await expect(map.getByRole("button", { name: /^COM1/ })).toBeVisible();
  await expect(page.locator("ring-trace")).toContainText("Nothing on the buses");
  await page.evaluate(() =>
    document.querySelector<RingMachine>("#boot")!.session.runTo({ event: { kind: "mmio" }, ticks: 1_000_000 }),
  );
  await expect(map.locator(".part.lit .name")).toHaveText("Display adapter (VGA)");
  const row = page.locator("ring-trace tr.now").last();
  await expect(row).toContainText("Display adapter (VGA)");
  await expect(row.getByRole("button")).toHaveAccessibleName(/^Go to [\d,]+$/);
  await map.getByRole("button", { name: /^Keyboard controller/ }).click();
  await expect(map.locator(".where")).toContainText("060, 064");
  await map.getByText("Physical memory, from 0 to 4 GiB").click();
  await expect(map.getByRole("row", { name: /000a0000 000bffff/ })).toContainText("Display adapter");
});

test("the PCI bus: a function opens by its place and shows its configuration space", async ({ page }) => {
  await open(page);
  const pci = page.locator("ring-pci");
  await pci.scrollIntoViewIfNeeded();
  await pci.getByRole("button", { name: "00:00.0" }).press("Enter");
  await expect(pci.locator(".config div").first()).toContainText("12378086");
  await expect(pci.getByRole("row", { name: /^00:02\.0/ })).toContainText("VGA-compatible");
});
