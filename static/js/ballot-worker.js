// Keeps the opened ballot page usable without a line: a copy of the page and its files on this phone, shown only
// when the server cannot be reached, with everything hidden that may be out of date. It never casts a vote.

const KEPT = "pbvote-ballot";
const PAGE = /^(\/rounds\/[^/]+\/ballot\/[^/]+\/)(order|check)?$/;
const PATIENCE = 15000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(KEPT));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate") {
    const page = url.pathname.match(PAGE);
    if (page) event.respondWith(navigate(request, url, page));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(asset(request));
  }
});

async function navigate(request, url, [, ballot, step]) {
  try {
    const response = await patient(request);
    if (request.method === "GET" && !step && !url.search && response.ok) {
      const kept = await caches.open(KEPT);
      await kept.put(ballot, response.clone());
    }
    return response;
  } catch (error) {
    const copy = await (await caches.open(KEPT)).match(ballot, { ignoreVary: true });
    if (!copy) throw error;
    return step ? Response.redirect(ballot, 303) : offline(copy);
  }
}

// A form that was sent is waited for; a page that only is looked at gives way to the copy.
function patient(request) {
  if (request.method !== "GET") return fetch(request);
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE);
  return fetch(request, { signal: waiting.signal }).finally(() => clearTimeout(timer));
}

async function offline(copy) {
  const text = await copy.text();
  const body = text.replace('<body class="', '<body class="pb-offline ');
  return new Response(body, { headers: copy.headers });
}

async function asset(request) {
  const copy = await caches.match(request, { ignoreVary: true });
  return copy || fetch(request);
}
