/**
 * Keeps the application itself, so that it opens without a network: its page and the files that are named by what is in
 * them. What the server answers under `/api` never comes by here, and nothing of it is kept.
 *
 * One cache holds one version. Another version waits until no page of this one is open; whoever is connected has its page
 * and its files from the server meanwhile.
 */
declare const self: ServiceWorkerGlobalScope;
/** The build puts in what the first page and every other one open with, and a name that changes with any of it. */
declare const __KEPT__: readonly string[];
declare const __VERSION__: string;

const CACHE = `lifeloom-${__VERSION__}`;
/** The page is the same for every address. */
const PAGE = '/';

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/') || __KEPT__.includes(url.pathname)) event.respondWith(file(request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  // As it came: the page's nonce counts only together with the policy that came with it.
  const headers = { accept: 'text/html' };
  const html = await fetch(PAGE, { headers, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  const named = (await html.clone().text()).match(/\/assets\/[^"]+/g) ?? [];
  // Something that stands before the server may answer in its place, and so may a server of another version.
  const own = html.ok && named.length > 0 && named.every((path) => __KEPT__.includes(path));
  if (!own) throw new Error('this is not the page of this version');
  await cache.put(PAGE, html);
  await cache.addAll(__KEPT__);
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(PAGE, { cacheName: CACHE });
    if (kept === undefined) throw error;
    return kept;
  }
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  // Packed in another way it is the same file.
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

// What it declares is its own.
export {};
