// The pages as `npm run build` left them a moment ago, instead of those inside the binary, under the same policy; the API
// behind them is the binary's.
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

const dist = new URL('../dist', import.meta.url).pathname;
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
/** The worker's own policy: it fetches from this site and does nothing else. */
const WORKER = { 'content-security-policy': "default-src 'none'; connect-src 'self'", 'cache-control': 'no-cache' };

/** Serves the pages on a free port, with the API at `api` behind them. */
export async function pages(api) {
  const server = createServer((asked, answer) => {
    const path = normalize(asked.url.split('?')[0]);
    const done = path.startsWith('/api/') || path === '/readyz' ? forward(api, asked, answer) : send(api, path, answer);
    done.catch((error) => answer.writeHead(502).end(String(error)));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const close = () =>
    new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${server.address().port}`, close };
}

async function forward(api, asked, answer) {
  const { hostname, port } = new URL(api);
  await new Promise((done, failed) => {
    const headers = { ...asked.headers, host: `${hostname}:${port}` };
    // A page's own address is what it says it comes from; the server knows itself by another.
    if (headers.origin === `http://${asked.headers.host}`) headers.origin = api;
    const sent = request({ hostname, port, method: asked.method, path: asked.url, headers }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      came.pipe(answer);
      came.once('end', done);
    });
    sent.once('error', failed);
    asked.pipe(sent);
  });
}

async function send(api, path, answer) {
  const file = await packed(path);
  if (file !== undefined) return void answer.writeHead(200, file.headers).end(file.bytes);
  // Every other address is the application, under the policy and the nonce that the server gives.
  const own = await fetch(`${api}/`, { headers: { accept: 'text/html' } });
  const policy = own.headers.get('content-security-policy');
  const nonce = /'nonce-([0-9a-f]+)'/.exec(policy)?.[1] ?? '';
  const html = (await readFile(join(dist, 'index.html'), 'utf8')).replaceAll('%NONCE%', nonce);
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).end(html);
}

async function packed(path) {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  for (const [ending, headers] of [
    ['.gz', { 'content-encoding': 'gzip' }],
    ['', {}],
  ]) {
    if (path.endsWith('/') || path === '/index.html') return undefined;
    const bytes = await readFile(join(dist, `${path}${ending}`)).catch(() => undefined);
    if (bytes !== undefined)
      return { bytes, headers: { 'content-type': type, ...headers, ...(path === '/sw.js' ? WORKER : {}) } };
  }
  return undefined;
}
