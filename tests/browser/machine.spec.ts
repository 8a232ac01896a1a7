// The page for a reader's own disks: files given by hand start a machine; what is wrong with one is said beside it.
import { expect, type Page, test } from "@playwright/test";

/** A boot sector that prints a letter by INT 10h and halts: MOV AX, 0E00h + letter; INT 10h; CLI; HLT. */
function bootSector(letter: string): Buffer {
  const sector = Buffer.alloc(512);
  sector.set([0xb8, letter.charCodeAt(0), 0x0e, 0xcd, 0x10, 0xfa, 0xf4]);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** A Multiboot kernel (flat, at 1 MiB) that writes its letter at the top left of the screen and halts. */
function multibootKernel(letter: string): Buffer {
  const base = 0x100000;
  const code = [0xfa, 0x66, 0xc7, 0x05, 0, 0x80, 0x0b, 0, letter.charCodeAt(0), 0x07, 0xf4];
  const words = [0x1badb002, 0x10000, -(0x1badb002 + 0x10000), base, base, base + 32 + code.length, 0, base + 32];
  const kernel = Buffer.alloc(32 + code.length);
  for (const [i, word] of words.entries()) kernel.writeUInt32LE(word >>> 0, i * 4);
  kernel.set(code, 32);
  return kernel;
}

const give = (page: Page, ...files: { name: string; buffer: Buffer }[]) =>
  page
    .getByLabel("Choose files for the machine")
    .setInputFiles(files.map((file) => ({ ...file, mimeType: "application/octet-stream" })));
/** The characters on the machine's screen. */
const letters = (page: Page) =>
  page.evaluate(async () => {
    interface Woken extends Element {
      session: { handle?: { screen(): Promise<{ cells: Uint16Array }> } };
    }
    const screen = await document.querySelector<Woken>("ring-machine#own")?.session.handle?.screen();
    return String.fromCharCode(...(screen?.cells ?? []).map((cell) => cell & 0xff));
  });

test.beforeEach(async ({ page }) => {
  await page.goto("machine/");
});

test("a floppy that is given boots, and a second one boots in its place", async ({ page }) => {
  await give(page, { name: "first.img", buffer: bootSector("Q") });
  await expect(page.getByText("first.img", { exact: true })).toBeVisible();
  await expect(page.getByText("512 bytes, with a boot sector", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Power on" }).click();
  const machine = page.locator("ring-machine#own");
  await expect(machine).toHaveAttribute("data-state", "halted", { timeout: 20_000 });
  expect(await letters(page)).toContain("Q");
  await page.getByRole("button", { name: "Take first.img out" }).click();
  await give(page, { name: "second.img", buffer: bootSector("Z") });
  await page.getByRole("button", { name: "Power on" }).click();
  await expect.poll(() => letters(page), { timeout: 20_000 }).toContain("Z");
});

test("a Multiboot kernel that is dropped on the page runs", async ({ page }) => {
  await page.locator("ring-drop").evaluate(
    (drop, bytes) => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(bytes)], "kernel.bin"));
      drop.dispatchEvent(
        new DragEvent("drop", { dataTransfer: files, bubbles: true, composed: true, cancelable: true }),
      );
    },
    [...multibootKernel("K")],
  );
  await expect(page.getByRole("combobox", { name: "Where kernel.bin goes" })).toHaveValue("kernel");
  await expect(page.getByLabel("Command line")).toBeVisible();
  await page.getByRole("button", { name: "Power on" }).click();
  await expect(page.locator("ring-machine#own")).toHaveAttribute("data-state", "halted", { timeout: 20_000 });
  expect((await letters(page))[0]).toBe("K");
});

test("what is wrong with a file is said, and nothing is powered on", async ({ page }) => {
  await give(page, { name: "empty.img", buffer: Buffer.alloc(0) });
  await page.getByRole("button", { name: "Power on" }).click();
  await expect(page.getByRole("alert")).toHaveText("empty.img is empty.");
  await expect(page.locator("ring-machine#own")).not.toHaveAttribute("data-state", "running");
});
