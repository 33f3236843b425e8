// Keeps the field app, and nothing else: no page of the desk is ever answered from here, so none goes stale.
// SETUP stands above, written by the server: the version, what the app needs to start, and what may follow.

/* global SETUP */
const NAME = "field-";
const CACHE = NAME + SETUP.version;
const SHELL = "/field";
const LABEL = /^\/a\/[^/]+\/?$/i;
const PATIENCE_MS = 8000;
const KEPT = new Set([...SETUP.core, ...SETUP.later]);

self.addEventListener("install", (event) => event.waitUntil(take(SETUP.core)));

// It waits until the app says so: never in the middle of a form.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "take the rest") event.waitUntil(take(SETUP.later).catch(() => {}));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
      await Promise.all(names.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

/** @param {string[]} addresses */
async function take(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.all(
    addresses.map(async (address) => {
      if (await cache.match(address)) return;
      const answer = await fetch(address, { cache: address.includes("/files/") ? "default" : "reload", credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${address} was answered ${answer.status}`);
      await cache.put(address, answer);
    }),
  );
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === SHELL) event.respondWith(kept(SHELL, request));
    else event.respondWith(page(request, LABEL.test(url.pathname)));
  } else if (KEPT.has(url.pathname + url.search)) {
    event.respondWith(kept(url.pathname + url.search, request));
  }
});

/** @param {string} address @param {Request} request */
async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}

/** A page of the desk: from the network only. A label opens the app where there is none.
 * @param {Request} request @param {boolean} label */
async function page(request, label) {
  const cache = await caches.open(CACHE);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  try {
    const asked = fetch(request);
    const answer = label ? await Promise.race([asked, late]) : await asked;
    if (answer && ![502, 503, 504].includes(answer.status)) return answer;
    if (!label && answer) return answer;
  } catch {
    // no network; the app says so
  }
  return (await cache.match(SHELL)) ?? Response.error();
}
