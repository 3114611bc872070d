// How the application reaches the browser: policies, packing, what is kept, what is nobody's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve } from './server.mjs';

let server;

before(async () => {
  server = await serve(['definitions/base']);
});

after(() => server?.stop());

const ask = (path, headers) => fetch(server.address + path, { headers, redirect: 'manual' });
const html = { accept: 'text/html' };

test('every address that somebody opens is the application, under a nonce of its own', async () => {
  const seen = new Set();
  for (const path of ['/', '/sign-in', '/records/crm.lead/x', '/approvals/todo']) {
    const answer = await ask(path, html);
    const [policy, text] = [answer.headers.get('content-security-policy'), await answer.text()];
    assert.equal(answer.status, 200, path);
    const nonce = /'nonce-([0-9a-f]+)'/.exec(policy)?.[1];
    assert.ok(nonce && text.includes(`nonce="${nonce}"`), `${path}: ${policy}`);
    assert.ok(!/unsafe|\*/.test(policy), policy);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    seen.add(nonce);
  }
  assert.equal(seen.size, 4);
});

test('files are packed, kept for ever, and the same however they are packed', async () => {
  const page = await (await ask('/', html)).text();
  const [, file] = /src="(\/assets\/[^"]+\.js)"/.exec(page);
  const bodies = [];
  for (const encoding of ['br', 'gzip', 'identity']) {
    const answer = await ask(file, { 'accept-encoding': encoding });
    assert.equal(answer.headers.get('content-encoding') ?? 'identity', encoding);
    assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.match(answer.headers.get('cache-control'), /immutable/);
    bodies.push(await answer.text());
  }
  assert.ok(bodies[0].length > 1000 && bodies.every((body) => body === bodies[0]));
});

test('what is not there is said to be not there', async () => {
  const rows = [
    ['/assets/gone-12345678.js', html, 404],
    ['/icon.svg.br', {}, 404],
    ['/api/v1/nothing', html, 404],
    ['/api/v1/records/base.user', html, 401],
    ['/anything', { accept: 'application/json' }, 404],
    ['/', { accept: 'application/json' }, 200],
  ];
  for (const [path, headers, status] of rows) {
    const answer = await ask(path, headers);
    assert.equal(answer.status, status, path);
    assert.match(answer.headers.get('content-type'), status === 200 ? /^application\/json/ : /problem\+json/, path);
  }
});

test('what keeps the files for times without a network may fetch them, and is asked for anew each time', async () => {
  const answer = await ask('/sw.js');
  assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; connect-src 'self'");
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
});
