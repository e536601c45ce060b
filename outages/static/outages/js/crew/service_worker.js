// Answers the crew's pages when there is no signal. It changes nothing and sends nothing by itself:
// what the crew said waits in the page's own queue (queue.js).

const PAGES = "crew-pages-2";
const FILES = "crew-files-1";
const TILES = "crew-tiles-1";
const MOST_TILES = 600;
// How long somebody looks at nothing before the kept page stands in; a script can wait longer.
const PATIENCE_MS = { navigate: 4000, script: 12_000 };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(tidyUp()));

async function tidyUp() {
  const ours = new Set([PAGES, FILES, TILES]);
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("crew-") && !ours.has(name)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

function cacheFor(url) {
  if (url.origin !== location.origin || url.pathname.endsWith("/service-worker.js")) return null;
  if (url.pathname.startsWith("/work-orders/photos/")) return null;
  if (url.pathname.startsWith("/work-orders/")) return PAGES;
  if (url.pathname.includes("/tiles/")) return TILES;
  if (url.pathname.startsWith("/static/")) return FILES;
  return /^\/layers\/plans\/\d+\.geojson$/.test(url.pathname) ? PAGES : null;
}

/** By address alone: what differs in headers or in `?step=` must not keep an older page beside it. */
function keyOf(name, request) {
  const url = new URL(request.url ?? request, location.href);
  return name === PAGES ? url.origin + url.pathname : url.href;
}

async function put(name, request, response) {
  const cache = await caches.open(name);
  await cache.put(keyOf(name, request), response);
  if (name !== TILES) return;
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(keys.length - MOST_TILES, 0)).map((key) => cache.delete(key)));
}

/** A page that leads to the sign-in means that nobody is signed in: nothing personal stays. */
async function isSignedOut(response) {
  const away = response.type === "opaqueredirect" || response.redirected;
  if (away) await caches.delete(PAGES);
  return away;
}

function marked(response) {
  const headers = new Headers(response.headers);
  headers.set("X-From-Phone", "1");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function fromPhone(name, request) {
  const cache = await caches.open(name);
  const found = await cache.match(keyOf(name, request), { ignoreVary: true });
  return found ? marked(found) : null;
}

const NOTHING_KEPT = `<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mainbreak</title><p>没有信号，这一页没有存在手机里。</p><p lang="en">No signal, and this page is not kept in the phone.</p>
<p><a href="/work-orders/">工单 / Work orders</a></p>`;

async function keepAnswer(name, request, asked) {
  const response = await asked;
  const copy = response.ok ? response.clone() : null; // before the page reads it
  if (await isSignedOut(response)) return;
  if (copy) await put(name, request, copy);
}

async function networkFirst(event, name) {
  const { request } = event;
  const asked = fetch(request);
  // Kept also where it comes too late for this time: the next look finds it.
  event.waitUntil(keepAnswer(name, request, asked).catch(() => null));
  const patience = PATIENCE_MS[request.mode === "navigate" ? "navigate" : "script"];
  const late = new Promise((resolve) => setTimeout(() => resolve(fromPhone(name, request)), patience));
  try {
    return (await Promise.race([asked, late])) ?? (await asked);
  } catch {
    const kept = await fromPhone(name, request);
    if (kept) return kept;
    if (request.mode !== "navigate") return Response.error();
    return new Response(NOTHING_KEPT, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

/** What is kept at once, and asked for again behind it. */
async function phoneFirst(event, name) {
  const cache = await caches.open(name);
  const kept = await cache.match(event.request, { ignoreVary: true });
  const asked = fetch(event.request).then(async (response) => {
    if (response.ok) await put(name, event.request, response.clone());
    return response;
  });
  if (!kept) return asked;
  event.waitUntil(asked.catch(() => null));
  return kept;
}

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const name = cacheFor(new URL(event.request.url));
  if (name === PAGES) event.respondWith(networkFirst(event, name));
  else if (name !== null) event.respondWith(phoneFirst(event, name));
});

self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keepAll(event.data.keep));
});

/** Fetch and keep the addresses that are not kept yet; one that fails is tried another time. */
async function keepAll(addresses) {
  for (const address of addresses) {
    const name = cacheFor(new URL(address, location.href));
    if (name === null) continue;
    const cache = await caches.open(name);
    if (name !== PAGES && (await cache.match(address))) continue;
    try {
      const response = await fetch(address);
      if (response.ok && !response.redirected) await put(name, address, response);
    } catch {
      return;
    }
  }
}
