// The service worker: what a reader has opened works without a network. A page asks for itself to be kept
// (site/scripts/offline.ts) once it is loaded; then the page, and every file that it may load later, are stored by the
// list that the build wrote beside it (offline.json, site/offline.ts). Pages come from the network while there is one;
// files of _astro/ have their content in their name, so one that is kept is never asked for again.
const KEPT = "ring-kept";
const anyVary = { ignoreVary: true };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep: page } = event.data ?? {};
  if (typeof page !== "string") return;
  // What cannot be kept (no room, a page that has just changed) is asked for again at the next visit.
  event.waitUntil(keep(new URL(page)).catch(() => undefined));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.includes("/_astro/")) event.respondWith(keptElseFetched(request));
  else event.respondWith(fetch(request).catch(() => withoutNetwork(request)));
});

async function keptElseFetched(request) {
  return (await caches.match(request, anyVary)) ?? fetch(request);
}

async function withoutNetwork(request) {
  const kept = await caches.match(withoutParts(request.url), anyVary);
  if (kept) return kept;
  return request.mode === "navigate" ? notKept() : Response.error();
}

function withoutParts(address) {
  const url = new URL(address);
  url.search = url.hash = "";
  url.pathname = url.pathname.replace(/index\.html$/, "");
  return url.href;
}

/** Stores a page and its files, the page last; then the home page, so that there is a way on. */
async function keep(url) {
  const address = withoutParts(url.href);
  const listAt = new URL("offline.json", address).href;
  const [list, page] = await Promise.all([listAt, address].map((at) => fetch(at, { cache: "no-cache" })));
  if (!list.ok || !page.ok) return;
  const { files } = await list.clone().json();
  // Of one build, both: a site may be changed between two requests.
  const named = new Set(files.map((file) => file.split("/").at(-1)));
  const html = await page.clone().text();
  if ([...html.matchAll(/_astro\/([\w.-]+)/g)].some(([, name]) => !named.has(name))) return;
  const cache = await caches.open(KEPT);
  for (const file of files) {
    const at = new URL(file, address).href;
    if (!(await cache.match(at, anyVary))) await cache.add(new Request(at, { priority: "low" }));
  }
  await cache.put(listAt, list);
  await cache.put(address, page);
  await dropUnlisted(cache);
  const home = new URL("./", location.href).href;
  if (address !== home) await keep(new URL(home));
}

/** Files of builds that no kept page is of any more. */
async function dropUnlisted(cache) {
  const kept = await cache.keys();
  const listed = new Set();
  for (const { url } of kept.filter(({ url }) => url.endsWith("/offline.json"))) {
    const { files } = await (await cache.match(url, anyVary)).json();
    for (const file of files) listed.add(new URL(file, url).href);
  }
  for (const { url } of kept) if (url.includes("/_astro/") && !listed.has(url)) await cache.delete(url, anyVary);
}

/** Says what failed and what still works. */
async function notKept() {
  const cache = await caches.open(KEPT);
  const pages = [];
  for (const { url } of await cache.keys()) {
    if (url.includes("/_astro/") || url.endsWith(".json")) continue;
    const title = /<title>([^<]*)<\/title>/.exec(await (await cache.match(url, anyVary)).text())?.[1] ?? url;
    pages.push(`<li><a href="${url}">${title}</a></li>`);
  }
  const works = pages.length ? `<p>These work without a network:</p><ul>${pages.join("")}</ul>` : "";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>No network · Ring −1</title><style>
html{color-scheme:light dark;background:light-dark(#fcfbf8,#14161a);color:light-dark(#1c1e22,#e8e6e1)}
body{max-width:38em;margin:10vh auto;padding:0 16px;font:1.125rem/1.6 Georgia,serif}a{color:inherit}li{margin:8px 0}</style>
<main><h1>This page has not been opened in this browser yet.</h1>
<p>There is no network now, so it cannot be fetched. Your work is safe.</p>${works}</main></html>`;
  return new Response(html, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
