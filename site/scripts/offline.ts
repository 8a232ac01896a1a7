// Asks the service worker (public/offline.js) to keep this page for when there is no network: some time after it was
// loaded, when the reader's machine has nothing better to do, and not where the reader saves data.
const worker = document.querySelector<HTMLElement>('meta[name="ring-offline"]')?.dataset["src"];
const { connection } = navigator as { connection?: { saveData?: boolean } };
/** What the page itself loads goes first. */
const afterMs = 3000;

async function keepThisPage(address: string): Promise<void> {
  await navigator.serviceWorker.register(address);
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ keep: location.href });
}

// 404.html keeps its links from the root of the host, which is not the site's everywhere.
if (
  import.meta.env.PROD &&
  worker &&
  !worker.startsWith("/") &&
  "serviceWorker" in navigator &&
  !connection?.saveData
) {
  const whenIdle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work));
  // A browser that refuses (private windows do) has the course online.
  addEventListener("load", () =>
    setTimeout(() => whenIdle(() => void keepThisPage(worker).catch(() => undefined)), afterMs),
  );
}
