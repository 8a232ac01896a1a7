// The guest's mouse on a page: a boot sector says on its serial port what came, in counts since it began and buttons.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { type MouseAction, openBench } from "../../engine/index.ts";
import type { RingMachine } from "../../widgets/index.ts";
import { bootSector } from "../fixtures/bootsector.ts";

/** Keys go to COM1 as they are; m turns the mouse on, o off, g draws. Of each packet: X, Y (up), buttons, in hex. */
const GUEST = `
        xor   %ax, %ax
        mov   %ax, %ds
        mov   %ax, %es
        mov   %ax, %ss
        mov   $0x7c00, %sp
        mov   $'>', %al
1:      call  put
key:    xor   %ah, %ah
        int   $0x16
        cmp   $'m', %al
        je    on
        cmp   $'o', %al
        je    off
        cmp   $'g', %al
        jne   1b
        mov   $0x13, %ax
        int   $0x10
        push  $0xa000
        pop   %es
        xor   %di, %di
2:      mov   %di, %ax
        shr   $6, %ax
        stosb
        test  %di, %di
        jnz   2b
        push  %ds
        pop   %es
        jmp   key
on:     mov   $0xc205, %ax
        mov   $3, %bh
        int   $0x15
        mov   $0xc207, %ax
        mov   $packet, %bx
        int   $0x15
        mov   $0xc200, %ax
        mov   $1, %bh
        int   $0x15
        mov   $'+', %al
        jmp   1b
off:    mov   $0xc200, %ax
        xor   %bh, %bh
        int   $0x15
        mov   $'-', %al
        jmp   1b

packet: push  %bp                       # above the return address: 0, Y, X, status
        mov   %sp, %bp
        pusha
        push  %ds
        xor   %ax, %ax
        mov   %ax, %ds
        mov   12(%bp), %bl
        mov   10(%bp), %al
        test  $0x10, %bl
        jz    1f
        dec   %ah
1:      add   %ax, x
        mov   8(%bp), %ax
        test  $0x20, %bl
        jz    1f
        dec   %ah
1:      add   %ax, y
        mov   $10, %al
        call  put
        mov   x, %ax
        call  word
        mov   y, %ax
        call  word
        and   $7, %bl
        mov   %bl, %al
        add   $'0', %al
        call  put
        pop   %ds
        popa
        pop   %bp
        lret

word:   mov   $4, %cx                   # AX in hex, and a space
1:      rol   $4, %ax
        push  %ax
        and   $0x0f, %al
        cmp   $10, %al
        sbb   $0x69, %al
        das
        call  put
        pop   %ax
        loop  1b
        mov   $' ', %al
put:    push  %dx
        push  %ax
        mov   $0x3fd, %dx
1:      in    %dx, %al
        test  $0x20, %al
        jz    1b
        pop   %ax
        mov   $0x3f8, %dx
        out   %al, %dx
        pop   %dx
        ret
x:      .word 0
y:      .word 0
`;

let floppy: Buffer;
test.beforeAll(async () => {
  floppy = Buffer.from(bootSector(await openBench(), GUEST));
});

interface Packet {
  readonly right: number;
  readonly down: number;
  readonly buttons: number;
}
/** What the guest said of its mouse, from power-on. */
async function packets(page: Page): Promise<Packet[]> {
  const serial = await page.evaluate(() => document.querySelector<RingMachine>("ring-machine")!.session.serial);
  const signed = (word: string) => (Number.parseInt(word, 16) << 16) >> 16;
  return [...serial.matchAll(/\n(\w{4}) (\w{4}) (\d)/g)].map(([, x, y, buttons]) => ({
    right: signed(x),
    down: -signed(y),
    buttons: Number(buttons),
  }));
}
const last = async (page: Page) => (await packets(page)).at(-1);
const serial = (page: Page) => page.evaluate(() => document.querySelector<RingMachine>("ring-machine")!.session.serial);

interface Spied extends Window {
  sent: MouseAction[];
}
/** What the page sends to the machine's mouse. */
const sent = (page: Page) => page.evaluate(() => (window as unknown as Spied).sent);
const screenOf = (page: Page) => page.locator("ring-machine#own ring-screen");
const foot = (page: Page) => screenOf(page).locator(".foot p");
const isLocked = (page: Page) => page.evaluate(() => document.pointerLockElement !== null);

/** The guest waits for keys, and what its mouse is sent is listened to. */
async function boot(page: Page): Promise<void> {
  await page
    .getByLabel("Choose files for the machine")
    .setInputFiles({ name: "mouse.img", mimeType: "application/octet-stream", buffer: floppy });
  await page.getByRole("button", { name: "Power on" }).click();
  await expect.poll(() => serial(page), { timeout: 20_000 }).toContain(">");
  await page.evaluate(() => {
    const { handle } = document.querySelector<RingMachine>("ring-machine")!.session;
    const spied = window as unknown as Spied;
    spied.sent = [];
    const mouse = handle!.mouse.bind(handle);
    handle!.mouse = (action) => {
      spied.sent.push(action);
      return mouse(action);
    };
  });
  await screenOf(page).locator(".frame").scrollIntoViewIfNeeded();
}
async function turnOn(page: Page): Promise<void> {
  await page.keyboard.press("m");
  await expect.poll(() => serial(page)).toContain("+");
  await expect
    .poll(() => page.evaluate(() => document.querySelector<RingMachine>("ring-machine")!.session.status?.mouse))
    .toBe(true);
}
/** The middle of the screen, and how many dots of the guest a pixel of it is. */
async function middle(screen: Locator): Promise<{ x: number; y: number; scale: number }> {
  const box = (await screen.locator("canvas").boundingBox())!;
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2), scale: 640 / box.width };
}

test("nothing is sent to a guest whose mouse is off; turned on while held, a click locks the pointer, until it is taken away", async ({
  page,
}) => {
  await page.goto("machine/");
  await boot(page);
  const { x, y } = await middle(screenOf(page));
  await page.mouse.click(x, y);
  await expect(foot(page)).toHaveText("Keys go to the guest. Esc leaves.");
  await page.mouse.move(x + 50, y + 20, { steps: 5 });
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.wheel(0, 10);
  await turnOn(page);
  expect([await isLocked(page), await sent(page)]).toEqual([false, []]);
  await expect(foot(page)).toHaveText("Keys go to the guest. Click for its mouse. Esc leaves.");
  await page.mouse.down();
  await page.mouse.up();
  await expect(foot(page)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
  await expect(page.locator(".ring-speech")).toContainText("Keys and mouse go to the guest. Escape leaves.");
  expect([await isLocked(page), await sent(page)]).toEqual([true, []]);
  // Off again: the pointer is the page's, the keyboard still the guest's.
  await page.keyboard.press("o");
  await expect(foot(page)).toHaveText("Keys go to the guest. Esc leaves.");
  expect(await isLocked(page)).toBe(false);
  // A lock that the browser takes away leaves the screen, with its buttons.
  await page.keyboard.press("m");
  await expect(foot(page)).toContainText("Click for its mouse.");
  await page.mouse.click(x, y);
  await expect(foot(page)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
  expect(await isLocked(page)).toBe(true);
  await page.mouse.down();
  await expect.poll(() => last(page)).toMatchObject({ buttons: 1 });
  await page.evaluate(() => document.exitPointerLock());
  await expect.poll(() => last(page)).toMatchObject({ buttons: 0 });
  await expect(foot(page)).toHaveText("Screen");
});

test("locked, counts are the guest's dots to the last one, buttons and keys go, and Esc lets go of all", async ({
  page,
}) => {
  await page.goto("machine/");
  await boot(page);
  const { x, y, scale } = await middle(screenOf(page));
  await page.mouse.click(x, y);
  await turnOn(page);
  await page.mouse.click(x, y);
  await expect(foot(page)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
  expect(await isLocked(page)).toBe(true);
  for (let i = 1; i <= 37; i++) await page.mouse.move(x + 3 * i, y - i);
  await expect
    .poll(() => last(page))
    .toEqual({ right: Math.round(111 * scale), down: Math.round(-37 * scale), buttons: 0 });
  // Further at once than a packet can say.
  await page.mouse.move(x + 111 - 700, y - 37);
  const way = { right: Math.round(-589 * scale), down: Math.round(-37 * scale) };
  await expect.poll(() => last(page)).toEqual({ ...way, buttons: 0 });
  const from = (await packets(page)).length;
  await page.mouse.down();
  await page.mouse.down({ button: "right" });
  await page.mouse.up();
  await page.mouse.down({ button: "middle" });
  await page.mouse.up({ button: "right" });
  await expect
    .poll(async () => (await packets(page)).slice(from).map(({ buttons }) => buttons))
    .toEqual([1, 3, 2, 6, 4]);
  await page.keyboard.press("k");
  await expect.poll(() => serial(page)).toMatch(/k$/);
  const top = await page.evaluate(() => scrollY);
  await page.mouse.wheel(0, 300);
  await expect.poll(async () => (await sent(page)).at(-1)).toEqual({ right: 0, down: 0, back: 3 });
  expect(await page.evaluate(() => scrollY)).toBe(top);
  await page.keyboard.press("Escape");
  await expect(foot(page)).toHaveText("Screen");
  await expect.poll(() => last(page)).toEqual({ ...way, buttons: 0 });
  await expect(page.locator(".ring-speech")).toContainText("The keyboard and the mouse are the page's again.");
  expect(await isLocked(page)).toBe(false);
  const before = await sent(page);
  await page.mouse.up({ button: "middle" });
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, 100);
  await expect.poll(() => page.evaluate(() => scrollY), "the wheel is the page's").toBeGreaterThan(top);
  expect(await sent(page)).toEqual(before);
});

test("where a lock is refused, a drag over the screen moves by the same counts, and coming back is no jump", async ({
  page,
}) => {
  await page.route("**/frame.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<iframe sandbox="allow-scripts allow-same-origin" src="machine/" style="width:1200px;height:760px;border:0"></iframe>`,
    }),
  );
  await page.goto("frame.html");
  const frame = page.frames()[1];
  await frame.waitForURL("**/machine/");
  const inner = frame as unknown as Page;
  const screen = screenOf(inner);
  await boot(inner);
  const { x, y, scale } = await middle(screen);
  await page.mouse.click(x, y);
  await page.keyboard.press("m");
  await expect(foot(inner)).toContainText("Click for its mouse.");
  await page.mouse.click(x, y);
  await expect(foot(inner)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
  await page.mouse.move(x + 40, y + 30, { steps: 7 });
  await expect.poll(() => last(inner)).toMatchObject({ right: Math.round(40 * scale), down: Math.round(30 * scale) });
  const below = Math.round((await screen.locator("canvas").boundingBox())!.height / 2) + 15;
  await page.mouse.move(x + 40, y + below);
  await page.mouse.move(x + 100, y);
  await page.mouse.move(x + 110, y + 5);
  await page.mouse.down();
  await page.mouse.move(x - 40, y + 10, { steps: 9 });
  const way = { right: Math.round((40 + 10 - 150) * scale), down: Math.round((below + 5 + 5) * scale) };
  await expect.poll(() => last(inner)).toEqual({ ...way, buttons: 1 });
  await page.keyboard.press("Escape");
  await expect.poll(() => last(inner)).toEqual({ ...way, buttons: 0 });
});

test("by keyboard alone: “Mouse” opens buttons, arrow keys move by 8 dots and by 1, and a button is held until let go", async ({
  page,
}) => {
  await page.goto("machine/");
  await boot(page);
  await screenOf(page).locator(".cover").focus();
  await page.keyboard.press("Enter");
  await turnOn(page);
  await page.keyboard.press("Escape");
  await expect(foot(page)).toHaveText("Screen");
  await page.keyboard.press("Tab");
  await expect(screenOf(page).getByRole("button", { name: "Mouse", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(screenOf(page).getByRole("button", { name: "Hold left" })).toBeVisible();
  for (let i = 0; i < 8; i++) await page.keyboard.press("Tab"); // “Read as text” is first
  await expect(screenOf(page).getByRole("button", { name: "Hold left" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  await expect.poll(() => last(page)).toEqual({ right: 16, down: -1, buttons: 0 });
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => last(page)).toEqual({ right: 16, down: 7, buttons: 1 });
  await page.keyboard.press("Enter");
  await expect.poll(() => last(page)).toEqual({ right: 16, down: 7, buttons: 0 });
  await screenOf(page).getByRole("button", { name: "Mouse left" }).press("Enter");
  await expect.poll(() => last(page)).toEqual({ right: 8, down: 7, buttons: 0 });
  const from = (await packets(page)).length;
  await screenOf(page).getByRole("button", { name: "Right click" }).press("Space");
  const place = { right: 8, down: 7 };
  await expect
    .poll(async () => (await packets(page)).slice(from))
    .toEqual([
      { ...place, buttons: 2 },
      { ...place, buttons: 0 },
    ]);
  const { violations } = await new AxeBuilder({ page }).include("ring-screen").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
  // The past is no place for it.
  const before = (await sent(page)).length;
  await page.evaluate(async () => {
    const { session } = document.querySelector<RingMachine>("ring-machine")!;
    await session.pause();
    await session.back(1);
  });
  await screenOf(page).getByRole("button", { name: "Left click" }).click();
  await expect(page.locator(".ring-speech")).toContainText("Guest input is closed in the past.");
  expect((await sent(page)).length).toBe(before);
});

test.describe("with fingers", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("a drag scrolls the page until the screen is held; then it moves the mouse, and a tap is a click", async ({
    page,
  }) => {
    await page.goto("machine/");
    await boot(page);
    const fingers = await page.context().newCDPSession(page);
    const touch = (type: string, ...touchPoints: { x: number; y: number }[]) =>
      fingers.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints });
    const drag = async (x: number, y: number, right: number, down: number) => {
      await touch("touchStart", { x, y });
      for (let i = 1; i <= 10; i++) await touch("touchMove", { x: x + (right * i) / 10, y: y + (down * i) / 10 });
      await touch("touchEnd");
    };
    await screenOf(page).locator(".cover").tap();
    await page.keyboard.press("m");
    await expect.poll(() => serial(page)).toContain("+");
    await page.keyboard.press("Escape");
    let { x, y, scale } = await middle(screenOf(page));
    const top = await page.evaluate(() => scrollY);
    await drag(x, y, 0, -80);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(top + 40);
    expect(await sent(page)).toEqual([]);
    await page.waitForTimeout(300);
    await screenOf(page).locator(".cover").tap();
    await expect(foot(page)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
    ({ x, y, scale } = await middle(screenOf(page)));
    const still = await page.evaluate(() => scrollY);
    await drag(x, y, 60, -50);
    const way = { right: Math.round(60 * scale), down: Math.round(-50 * scale) };
    await expect.poll(() => last(page)).toEqual({ ...way, buttons: 0 });
    expect(await page.evaluate(() => scrollY)).toBe(still);
    const from = (await packets(page)).length;
    await touch("touchStart", { x, y });
    await touch("touchEnd");
    await expect
      .poll(async () => (await packets(page)).slice(from))
      .toEqual([
        { ...way, buttons: 1 },
        { ...way, buttons: 0 },
      ]);
    await expect(foot(page)).toHaveText("Keys and mouse go to the guest. Esc leaves.");
  });
});
