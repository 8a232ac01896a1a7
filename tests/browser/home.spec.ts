// The home page's PC: asleep with its recorded screen, it fetches no engine; a click into the screen wakes and runs it.
import { expect, test } from "@playwright/test";

test("asleep, the home page's machine shows its recorded screen and fetches no engine", async ({ page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await page.goto("", { waitUntil: "networkidle" });
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", "asleep");
  const recorded = JSON.parse((await page.locator("ring-machine script.recorded").textContent()) ?? "");
  expect(recorded.status.tick).toBeGreaterThan(100_000);
  expect(fetched.filter((url) => /worker-/.test(url))).toEqual([]);
});

test("a click into its screen and 5 keys: the 5 letters are on the screen", async ({ page }) => {
  await page.goto("");
  await page.locator("ring-screen .cover").click();
  const letters = () =>
    page.evaluate(async () => {
      interface Woken extends Element {
        session: { handle?: { screen(): Promise<{ cells: Uint16Array }> } };
      }
      const screen = await document.querySelector<Woken>("ring-machine")?.session.handle?.screen();
      return String.fromCharCode(...(screen?.cells ?? []).map((cell) => cell & 0xff));
    });
  await expect.poll(letters).toContain("Click here and type:");
  await expect(page.locator("ring-machine")).toHaveAttribute("data-state", /running|halted/);
  await page.keyboard.type("hello", { delay: 30 });
  await expect.poll(letters).toContain("type: hello");
});
