// The application as something that is installed: it opens without a network, and keeps nothing of what it was told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, open, PHONE, shoot, signIn, sound, visit } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await server.api('POST', '/records/showcase.piece', { name: 'A secret bowl', price: '900' });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the browser itself says of a network that is not there. */
const ours = (wrong) => wrong.filter((text) => !/Failed to load resource: net::ERR_/.test(text));

/** All that the browser keeps of this site, as addresses. */
const kept = (page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return lists.flat().map((request) => new URL(request.url).pathname);
  });

/** Asks a page until it says yes. */
async function until(page, ask) {
  for (let tries = 0; !(await page.evaluate(ask)); tries += 1) {
    assert.ok(tries < 200, `never: ${ask}`);
    await page.waitForTimeout(100);
  }
}

test('it can be installed: a name, icons that may be cut, colours, a page to begin with', async () => {
  const manifest = await (await fetch(`${server.address}/manifest.webmanifest`)).json();
  assert.deepEqual(
    [manifest.name, manifest.display, manifest.start_url, manifest.scope],
    ['Lifeloom', 'standalone', '/', '/'],
  );
  assert.match(`${manifest.theme_color} ${manifest.background_color}`, /^#[0-9a-f]{6} #[0-9a-f]{6}$/);
  assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
  for (const { src, sizes, type } of manifest.icons) {
    const answer = await fetch(server.address + src);
    assert.deepEqual([answer.status, answer.headers.get('content-type').split(';')[0]], [200, type], src);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (type === 'image/png') assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes);
  }
  const { page, context } = await visit(browser, server.address);
  await page.goto('/sign-in');
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors: errors } = await devtools.send('Page.getInstallabilityErrors');
  // A window that keeps nothing installs nothing.
  assert.deepEqual(
    errors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
    [],
  );
  await context.close();
});

test('it opens without a network, says so, and goes on when the network is back', async () => {
  const { page, wrong, context } = await visit(browser, server.address, { size: PHONE, worker: true });
  await signIn(page, 'curator');
  await page.goto('/records/showcase.piece');
  await page.getByText('A secret bowl').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  const shown = await page.goto('/records/showcase.piece');
  assert.ok(shown.fromServiceWorker());
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  const policy = shown.headers()['content-security-policy'];
  const nonce = /'nonce-([0-9a-f]+)'/.exec(policy)[1];
  assert.ok((await shown.text()).includes(`nonce="${nonce}"`), 'the page and its policy belong together');
  assert.equal(await page.getByText('A secret bowl').count(), 0, 'no record without the server');
  await accessible(page, 'opened without a network');
  await shoot(page, 'offline-phone');
  const paths = await kept(page);
  assert.ok(paths.includes('/') && paths.some((path) => /^\/assets\/ListPage/.test(path)), String(paths));
  assert.deepEqual(
    paths.filter((path) => !/^\/($|assets\/|icon\.svg$|manifest\.webmanifest$)/.test(path)),
    [],
  );
  await context.setOffline(false);
  await page.getByText('A secret bowl').waitFor();
  sound(ours(wrong));
  await context.close();
});

test('another version takes the place of the one before when it is opened next, and only then', async () => {
  const { page, wrong, context } = await visit(browser, server.address, { worker: true });
  await signIn(page, 'curator');
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The first page was there before the worker, the next one is the worker's.
  await page.reload();
  await page.getByRole('heading', { name: 'Pieces' }).waitFor();
  const loads = [];
  page.on('framenavigated', () => loads.push(page.url()));
  // A worker of another version, as the server would send it.
  await page.evaluate(async () => {
    const old = await caches.open('lifeloom-0000000000000000');
    await old.put('/assets/gone.js', new Response('gone'));
    await navigator.serviceWorker.register('/sw.js?another');
  });
  await until(page, async () => (await navigator.serviceWorker.getRegistration()).waiting !== null);
  assert.deepEqual(loads, [], 'nobody is torn out of what he does');
  await page.close();
  // The browser takes its time to see that nobody has the application open.
  let next;
  for (let tries = 0; ; tries += 1) {
    next = await context.newPage();
    await next.goto('/');
    const active = await next.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active.state !== 'activated') await new Promise((done) => active.addEventListener('statechange', done));
      return active.scriptURL;
    });
    if (active.endsWith('?another')) break;
    assert.ok(tries < 20, active);
    await next.close();
    await new Promise((later) => setTimeout(later, 1000));
  }
  assert.equal((await kept(next)).includes('/assets/gone.js'), false, 'nothing of other versions is left');
  sound(ours(wrong));
  await context.close();
});
