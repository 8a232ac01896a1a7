// The site's shell: the map, keys, themes, narrow pages, and pages without a script.
import { expect, type Page, test } from "@playwright/test";
import { allPages } from "./pages.ts";

const lessons = allPages().filter((path) => path.startsWith("lessons/"));

test("the home map has 24 rows; those without a page are marked and not linked", async ({ page }) => {
  await page.goto("");
  const rows = page.locator("[data-lesson-row]");
  await expect(rows).toHaveCount(24);
  expect(await page.locator("a[data-lesson-row]").count()).toBe(lessons.length);
  await expect(page.locator("div[data-lesson-row]", { hasText: "Planned" })).toHaveCount(24 - lessons.length);
});

test("every link inside the site leads to a page that is there", async ({ page, request }) => {
  for (const path of allPages()) {
    await page.goto(path);
    const hrefs = await page
      .locator("a[href]")
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
    for (const href of new Set(hrefs.filter((href) => href.startsWith(page.url().split("/").slice(0, 3).join("/"))))) {
      const [url, hash] = href.split("#");
      const response = await request.get(url);
      expect(response.status(), `${path} links to ${href}`).toBe(200);
      // A view may link to a line of its own that it gave a name.
      const here =
        url === page.url() && (await page.evaluate((id) => document.getElementById(id) !== null, hash ?? ""));
      if (hash && !hash.includes("@") && !here) expect(await response.text(), href).toContain(`id="${hash}"`);
    }
  }
});

/** Presses Tab through the whole page; answers a line for each stop, in order. */
async function tabStops(page: Page, most = 200): Promise<string[]> {
  const stops: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return undefined;
      const box = element.getBoundingClientRect();
      const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
      return `${element.tagName} ${element.textContent?.trim().slice(0, 30)}${seen ? "" : " (not seen)"}`;
    });
    if (stop === undefined) break;
    stops.push(stop);
  }
  return stops;
}

test("Tab reaches every link of the home page, and what has focus is in view", async ({ page }) => {
  await page.goto("");
  const stops = await tabStops(page);
  expect(stops[0]).toContain("Skip to content");
  expect(stops.filter((stop) => stop.includes("not seen"))).toEqual([]);
  const links = await page.locator("a[href]:visible").count();
  expect(stops.filter((stop) => stop.startsWith("A ")).length).toBe(links);
});

test("the skip link goes to the content", async ({ page }) => {
  await page.goto("");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("a chosen theme holds over reload, and is there before the first paint", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("");
  await page.locator("[data-theme-switch]:visible").selectOption("dark");
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(await ground()).toBe("rgb(20, 22, 26)");
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.locator("[data-theme-switch]:visible").selectOption("");
  expect(await ground()).toBe("rgb(252, 251, 248)");
});

test("the phone's menu opens by key, closes by Escape and gives focus back", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("");
  const menu = page.locator("details.menu");
  await menu.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(menu.getByRole("link", { name: "Labs" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(menu.getByRole("link", { name: "Labs" })).toBeHidden();
  await expect(menu.locator("summary")).toBeFocused();
});

test("pages hold in any folder of a host: nothing is asked from the root", async () => {
  const { readFileSync } = await import("node:fs");
  const dist = new URL("../../dist/", import.meta.url);
  for (const path of allPages().filter((path) => path !== "404.html")) {
    const html = readFileSync(new URL(path.endsWith(".html") ? path : `${path}index.html`, dist), "utf8");
    const fromRoot = [...html.matchAll(/\s(?:src|href|poster)="\/[^"]*"|url\(["']?\/[^)]*\)/g)].map(([text]) => text);
    expect(fromRoot, path).toEqual([]);
  }
});

for (const path of lessons) {
  test(`/${path} without a script has all its prose, headings and source`, async ({ browser, baseURL }) => {
    const read = async (javaScriptEnabled: boolean) => {
      const context = await browser.newContext({ baseURL, javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(path);
      const parts = page.locator(":is(.prose, .part) > :is(p, h2, h3, ul, ol, .note)");
      const texts = await parts.evaluateAll((elements) => elements.map((element) => element.textContent?.trim()));
      const shown = await parts.evaluateAll((elements) =>
        elements.every((element) => (element as HTMLElement).offsetHeight > 0),
      );
      await context.close();
      return { texts, shown };
    };
    const without = await read(false);
    expect(without.texts.length).toBeGreaterThan(3);
    expect(without.shown).toBe(true);
    // Live numbers may have moved on with a script; the words are the same number of blocks.
    expect((await read(true)).texts.length).toBe(without.texts.length);
  });

  test(`/${path} marks the section being read, and the home page continues there`, async ({ page }) => {
    await page.goto(path);
    const heading = page.locator(".prose h2[id]").nth(1);
    const id = await heading.getAttribute("id");
    await heading.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await expect(page.locator(`.outline-side a[href="#${id}"]`)).toHaveAttribute("aria-current", "location");
    await page.goto("");
    await expect(page.locator("[data-continue]")).toHaveAttribute("href", new RegExp(`${path}#${id}$`));
  });
}

test("in a folder of a host, a page that is not there leads to the site's own map", async ({ page, baseURL }) => {
  // A host that has the site under /course/, and shows its 404.html wherever nothing is.
  const host = "http://course.example/";
  await page.route(`${host}**`, async (route) => {
    const path = new URL(route.request().url()).pathname;
    const inSite = path.startsWith("/course/") ? path.slice("/course/".length) : undefined;
    const answer = inSite === undefined ? undefined : await route.fetch({ url: `${baseURL}${inSite}` });
    if (answer?.ok()) return route.fulfill({ response: answer });
    return route.fulfill({ response: await route.fetch({ url: `${baseURL}404.html` }), status: 404 });
  });
  await page.goto(`${host}course/lessons/99-nothing/`);
  const map = page.getByRole("link", { name: "Go to the map" });
  await expect(map).toHaveAttribute("href", "/course/");
  await expect(map).toHaveCSS("display", /flex/);
});
