// Keeps the book for reading without a network. FILES (path → content hash) is written in by the build, so a changed
// file is fetched again and an unchanged one never is. Pages come from the network where there is one.
const FILES = {};
const CACHE = "learning-without-labels";
const root = new URL("./", self.location);
const keyOf = (path) => `${new URL(path, root)}?content=${FILES[path]}`;

async function keepAll() {
  const cache = await caches.open(CACHE);
  for (const path of Object.keys(FILES)) {
    if (await cache.match(keyOf(path))) continue;
    const answer = await fetch(new URL(path, root), { cache: "no-cache" });
    if (answer.ok) await cache.put(keyOf(path), answer);
  }
}

async function dropOld() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

function pathOf(url) {
  const path = url.pathname.slice(root.pathname.length);
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

async function answer(request, path) {
  const kept = async () => (await caches.open(CACHE)).match(keyOf(path));
  if (request.mode !== "navigate") return (await kept()) ?? fetch(request);
  try {
    return await fetch(request);
  } catch {
    return (await kept()) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(keepAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOld().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const path = url.origin === root.origin && url.pathname.startsWith(root.pathname) ? pathOf(url) : undefined;
  if (event.request.method === "GET" && path in FILES) event.respondWith(answer(event.request, path));
});
