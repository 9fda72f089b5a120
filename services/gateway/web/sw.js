// Keeps what works without a network: map, list and guide, the same for every reader. Never what somebody opened or
// searched for, never proposals and receipts. The first lines are filled in by the server.

const VERSION = "{{ version }}";
const SHELL = {{ shell }};
const GUIDE = {{ guide }};
const CACHE = `dze-${VERSION}`;
const DATA = "/offline.json";
const PAGE = "/offline";
const KEPT_AT = "X-Kept-At";
const KEPT_FOR = "X-Kept-For";
const FRESH = 15 * 60 * 1000;
const GATEWAY_ERRORS = [502, 503, 504];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver().then(() => self.clients.claim()));
});

/** What an older version kept is taken along, then the older version goes. */
async function takeOver() {
  const cache = await caches.open(CACHE);
  const older = (await caches.keys()).filter((name) => name.startsWith("dze-") && name !== CACHE);
  for (const name of older) {
    const before = await caches.open(name);
    for (const path of [DATA, PAGE, ...GUIDE]) {
      const kept = await before.match(path);
      if (kept && !(await cache.match(path))) await cache.put(path, kept);
    }
    await caches.delete(name);
  }
}

self.addEventListener("message", (event) => {
  const { keep } = event.data ?? {};
  if (typeof keep === "string" && /^[a-z]{2}$/.test(keep)) event.waitUntil(refresh(keep).catch(() => {}));
});

/** Fetch data, page and guide in a language, unless that was done a moment ago. */
async function refresh(language) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(DATA);
  const age = Date.now() - Date.parse(known?.headers.get(KEPT_AT) ?? "");
  if (known?.headers.get(KEPT_FOR) === language && age < FRESH) return;
  await Promise.all([PAGE, ...GUIDE].map((path) => keep(cache, path, language)));
  await keep(cache, DATA, language);
}

async function keep(cache, path, language) {
  const answer = await fetch(`${path}?lang=${language}`, { cache: "no-cache", credentials: "omit" });
  if (!answer.ok) return;
  const headers = {
    "Content-Type": answer.headers.get("Content-Type"),
    "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    [KEPT_AT]: new Date().toISOString(),
    [KEPT_FOR]: language,
  };
  await cache.put(path, new Response(await answer.blob(), { headers }));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/submissions/") || pathname.startsWith("/api/")) return;
  if (pathname.startsWith("/static/")) event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
  else if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (pathname === DATA || pathname.startsWith("/flags/")) event.respondWith(network(request, pathname));
});

async function kept(path) {
  return (await caches.open(CACHE)).match(path).catch(() => undefined);
}

/** From the network, or what is kept under any of the paths when there is none. */
async function network(request, ...paths) {
  let answer;
  try {
    answer = await fetch(request);
    if (!GATEWAY_ERRORS.includes(answer.status)) return answer;
  } catch {
    answer = Response.error();
  }
  for (const path of paths) {
    const found = await kept(path).catch(() => undefined);
    if (found) return found;
  }
  return answer;
}

function page(request, pathname) {
  return network(request, ...(GUIDE.includes(pathname) ? [pathname] : []), PAGE);
}
