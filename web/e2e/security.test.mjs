// What other people's words, links and pages can do in the browser of somebody who is signed in: nothing.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { arrive, open, sound, visit } from './browser.mjs';
import { person, serve, THEIRS } from './server.mjs';

/** Markup, in the forms that pages have fallen for. Whatever becomes an element bears the mark, whatever runs says so. */
const MARKUP = [
  '<img src=x data-canary onerror="canary=1">',
  '"><svg data-canary onload=canary=1>',
  '<a data-canary href=javascript:canary=1>x</a>',
  "'-canary=1-'",
  '{{canary=1}}${canary=1}',
  '</script><script data-canary>canary=1</script>',
];
const ALL = MARKUP.join(' ');
const LINKS = ['javascript:canary=1', 'JaVaScRiPt:canary=1', 'java\tscript:canary=1', 'data:text/html,x', 'vbscript:x'];

let server, browser, folder, piece, other;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeloom-hostile-'));
  await pack(folder);
  server = await serve(['definitions/base', 'examples/showcase', folder]);
  await person(server, 'curator', `Cora ${MARKUP[0]}`, 'showcase.curator');
  const place = await server.api('POST', '/records/showcase.place', { code: 'H', name: MARKUP[0] });
  const links = LINKS.map((link) => `[a word](${link}) <${link}>`).join('\n\n');
  piece = await server.api('POST', '/records/showcase.piece', {
    name: MARKUP[0],
    note: ALL,
    fragile: true,
    packing: ALL,
    story: `# ${ALL}\n\n${ALL}\n\n${links}\n\n![a picture](javascript:canary=1 "x")\n\n| a |\n|---|\n| ${MARKUP[0]} |`,
    phone: '+86 21 5555 0000',
    address: { country: 'CN', street: MARKUP[1] },
    extra: { [MARKUP[0]]: ALL },
    place: place.id,
    price: '900',
    lines: [{ name: MARKUP[0], quantity: '1', price: '1' }],
  });
  await server.api('POST', `/records/showcase.piece/${piece.id}/comments`, { body: ALL });
  await server.api('POST', '/records/hostile.thing', { name: ALL, kind: 'bad' });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  other?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A pack whose author writes markup wherever a text may stand. */
async function pack(at) {
  const label = JSON.stringify({ en: MARKUP[0] });
  const words = JSON.stringify({ en: `${ALL}\n\n[a word](${LINKS[0]})` });
  const files = {
    'pack.yaml': `kind: pack\nname: hostile\nversion: 1.0.0\nengine: '>=0.1'\nrequires: {base: '>=1.0.0'}\nlabel: ${label}\n`,
    'objects/thing.yaml': [
      `kind: object\nname: thing\nlabel: ${label}\nplural: ${label}\ndescription: ${label}\ntitle: name\nownership: user`,
      `fields:\n  name: {type: text, label: ${label}, help: ${label}, placeholder: ${label}, max: 900}`,
      `  code: {type: text, label: Code, max: 900, pattern: '^(a+)+$'}`,
      `  kind:\n    type: select\n    label: ${label}\n    options:\n      bad: {label: ${label}}\n`,
    ].join('\n'),
    'views/things.yaml': `kind: view\nname: things\nobject: thing\ntype: list\nlabel: ${label}\ncolumns: [name, kind]\n`,
    'views/board.yaml': `kind: view\nname: board\nobject: thing\ntype: kanban\nlabel: ${label}\ngroup_by: kind\ncard: {title: name}\n`,
    'pages/words.yaml': `kind: page\nname: words\nlabel: ${label}\nblocks:\n  words: {label: ${label}, markdown: ${words}}\n`,
    'apps/hostile.yaml': `kind: app\nname: hostile\nlabel: ${label}\nmenu:\n  things: {view: things, label: ${label}}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(at, name, '..'), { recursive: true });
    await writeFile(join(at, name), text);
  }
}

const as = (login, options) => arrive(browser, server, login, options);

/** Nothing of what was written became an element, ran, or leads anywhere it could run. */
async function harmless(page, where) {
  const found = await page.evaluate(() => ({
    ran: 'canary' in window,
    elements: [...document.querySelectorAll('[data-canary], iframe, object, embed')].map((one) => one.outerHTML),
    links: [...document.querySelectorAll('a[href], [src], [action], [formaction]')]
      .flatMap((one) => [one.getAttribute('href'), one.getAttribute('src'), one.getAttribute('action')])
      .filter((address) => address !== null && /^\s*(javascript|data:text|vbscript)/i.test(address.replace(/\s/g, ''))),
  }));
  assert.deepEqual(found, { ran: false, elements: [], links: [] }, where);
}

test('what others wrote is shown as it was written, wherever it is shown', async () => {
  const { page, wrong, context } = await as('admin');
  const { id } = piece;
  const pages = [
    ['/records/showcase.piece', '<img src=x'],
    [`/records/showcase.piece/${id}`, '<img src=x'],
    [`/records/showcase.piece/${id}/edit`, '¥'],
    ['/records/showcase.piece?view=showcase.piece_board', '<img src=x'],
    ['/records/showcase.piece?view=showcase.piece_gallery', '<img src=x'],
    ['/records/showcase.piece?group=place', '<img src=x'],
    ['/records/showcase.place?view=showcase.places', '<img src=x'],
    ['/records/hostile.thing?view=hostile.things', '<img src=x'],
    ['/records/hostile.thing?view=hostile.board', '<img src=x'],
    ['/records/hostile.thing/new', '<img src=x'],
    ['/pages/hostile.words', '<img src=x'],
    ['/admin/users', '<img src=x'],
    [`/records/showcase.piece?search=${encodeURIComponent(MARKUP[0])}`, 'piece'],
    [`/records/showcase.piece?filter=${encodeURIComponent(MARKUP[0])}`, ''],
    [`/records/${encodeURIComponent(MARKUP[0])}`, ''],
  ];
  for (const [path, words] of pages) {
    await page.goto(path);
    if (words) await page.getByText(words).filter({ visible: true }).first().waitFor();
    await page.waitForLoadState('networkidle');
    await harmless(page, path);
  }
  // Formatted texts: links that may be followed are links, the others are words.
  await page.goto(`/records/showcase.piece/${id}`);
  await page.waitForLoadState('networkidle');
  await page.getByRole('button', { name: 'Texts' }).click();
  await harmless(page, 'all that a record says');
  const story = page.locator('[data-field=story]');
  await story.getByText('a word').first().waitFor();
  assert.equal(await story.locator('a[href]').count(), 0);
  // What is searched for everywhere, and chosen.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('img');
  await page.waitForLoadState('networkidle');
  await harmless(page, 'palette');
  sound(wrong);
  await context.close();
});

test('an address in a field leads to the web or nowhere', async () => {
  const { page, wrong, context } = await as('admin');
  for (const site of [...LINKS, '//evil.example', '/\\evil.example']) {
    const made = await server.api('POST', '/records/showcase.piece', { name: 'A link', site }).catch(() => undefined);
    // What is no address the server does not take; what it takes must not run.
    if (made === undefined) continue;
    await page.goto(`/records/showcase.piece/${made.id}`);
    await page.getByRole('heading', { name: /A link/ }).waitFor();
    await harmless(page, site);
  }
  // The page does not rely on what the server takes.
  await page.route('**/api/v1/records/showcase.piece/*?*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), site: LINKS[0] } });
  });
  await page.goto(`/records/showcase.piece/${piece.id}`);
  await page.locator('[data-field=site]').getByText(LINKS[0]).waitFor();
  await harmless(page, 'an address that the server would not have taken');
  sound(wrong);
  await context.close();
});

test('no pattern that others wrote keeps the page busy for ever', async () => {
  const { page, wrong, context } = await as('admin');
  await page.goto('/records/hostile.thing/new');
  await page.getByLabel('Code').fill(`${'a'.repeat(60)}!`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  for (const text of [`contains(name, "${'\\'.repeat(900)}`, `name in [${'"a", '.repeat(400)}`, '('.repeat(900)]) {
    await page.goto(`/records/hostile.thing?filter=${encodeURIComponent(text)}`);
    await page.getByRole('alert').first().waitFor();
    await page.getByRole('button', { name: /Account of/ }).waitFor();
  }
  assert.deepEqual(
    wrong.filter((one) => !/\b4\d\d\b/.test(one)),
    [],
  );
  await context.close();
});

test('after the sign-in one stays on this site', async () => {
  for (const to of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:canary=1',
    '/\t/evil.example',
    '/x/..//evil.example',
  ]) {
    const { page, wrong, context } = await visit(browser, server.address);
    await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
    await page.locator('input[autocomplete=username]').fill('curator');
    await page.locator('input[autocomplete=current-password]').fill(THEIRS);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    assert.equal(new URL(page.url()).origin, server.address, to);
    await harmless(page, to);
    sound(wrong);
    await context.close();
  }
});

test('pages of other sites frame nothing, change nothing and read nothing', async () => {
  const { page, context } = await as('curator');
  const before = await server.api('GET', `/records/showcase.piece/${piece.id}`);
  const target = server.address;
  other = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' });
    answer.end(`<iframe id=frame src="${target}/records/showcase.piece"></iframe>
      <iframe name=sink></iframe>
      <form id=form target=sink method=post enctype=text/plain action="${target}/api/v1/records/showcase.piece">
      <input name='{"name":"forged","x":"' value='"}'></form>`);
  });
  await new Promise((ready) => other.listen(0, '127.0.0.1', ready));
  const { port } = other.address();
  // One on another site, and one on another port of the same, to which the browser would give the cookie.
  for (const host of ['localhost', '127.0.0.1']) {
    const evil = await context.newPage();
    await evil.goto(`http://${host}:${port}/`);
    const asked = await evil.evaluate(
      async ([address, id]) => {
        document.getElementById('form').submit();
        const sent = { credentials: 'include', mode: 'no-cors' };
        const at = `${address}/api/v1/records/showcase.piece`;
        await fetch(at, { ...sent, method: 'POST', body: '{"name":"forged"}' }).catch(() => {});
        await fetch(`${at}/${id}/comments`, { ...sent, method: 'POST', body: '{"body":"forged"}' }).catch(() => {});
        await fetch(`${address}/api/v1/session`, { ...sent, method: 'DELETE' }).catch(() => {});
        // Without a body there is no content type that could be refused, and no other request is asked for first.
        await fetch(`${at}/${id}/moves/show`, { ...sent, method: 'POST' }).catch(() => {});
        const read = { credentials: 'include' };
        return fetch(at, read).then(
          (answer) => answer.text(),
          () => 'refused',
        );
      },
      [target, piece.id],
    );
    assert.equal(asked, 'refused', `${host} reads`);
    await evil.waitForTimeout(500);
    const framed = evil.frames().filter((frame) => frame.url().startsWith(target));
    for (const frame of framed) assert.equal(await frame.locator('#root').count(), 0, `${host} frames`);
    await evil.close();
  }
  const { records } = await server.api(
    'GET',
    `/records/showcase.piece?filter=${encodeURIComponent('name == "forged"')}`,
  );
  assert.deepEqual(records, []);
  const { comments } = await server.api('GET', `/records/showcase.piece/${piece.id}/comments`);
  assert.equal(comments.length, 1);
  assert.equal((await server.api('GET', `/records/showcase.piece/${piece.id}`)).version, before.version);
  await page.reload();
  await page.getByRole('button', { name: /Account of/ }).waitFor();
  await context.close();
});

test('files that others sent are handed out and never shown as pages', async () => {
  const { page, wrong, context } = await as('curator');
  const page1 = Buffer.from(`<!doctype html><title>x</title><script>canary=1</script>${MARKUP[0]}`);
  const drawing = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" onload="canary=1"><script>canary=1</script></svg>',
  );
  for (const [name, mimeType, buffer] of [
    ['page.html', 'text/html', page1],
    ['drawing.svg', 'image/svg+xml', drawing],
    [`${MARKUP[0].replaceAll('/', '')}.txt`, 'text/plain', Buffer.from(MARKUP[0])],
  ]) {
    await page.goto('/records/showcase.piece/new');
    await page.getByLabel('Name*').fill(`With ${mimeType}`);
    const paper = page.locator('[data-field=paper]');
    await paper.locator('input[type=file]').setInputFiles({ name, mimeType, buffer });
    await paper.getByRole('button', { name: 'Replace' }).or(paper.getByRole('alert')).first().waitFor();
    await harmless(page, name);
    // What is refused cannot be opened either.
    if (await paper.getByRole('alert').count()) continue;
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: /With/ }).waitFor();
    const link = page.locator('[data-field=paper] a');
    const address = await link.getAttribute('href');
    await harmless(page, name);
    const opened = await context.newPage();
    const [download] = await Promise.all([
      opened.waitForEvent('download'),
      opened.goto(address).catch(() => undefined),
    ]);
    await download.delete();
    const answer = await context.request.get(server.address + address);
    assert.match(answer.headers()['content-security-policy'], /sandbox/);
    assert.match(answer.headers()['content-disposition'], /^attachment/);
    assert.doesNotMatch(answer.headers()['content-type'], /html|svg/);
    await opened.close();
  }
  sound(wrong);
  await context.close();
});

test('whoever signs out leaves nothing behind', async () => {
  const { page, wrong, context } = await as('curator', { worker: true });
  await page.goto('/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('A secret bowl');
  const place = page.getByRole('combobox', { name: 'Place', exact: true });
  await place.click();
  await page.locator('.ant-select-item-option', { hasText: 'img' }).first().click();
  await page.waitForTimeout(600);
  const kept = () =>
    page.evaluate(async () => {
      const names = await caches.keys();
      const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return {
        stored: [localStorage, sessionStorage].flatMap((one) => Object.keys(one).filter((key) => one[key] !== '[]')),
        text: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
        asked: lists
          .flat()
          .map(({ url }) => new URL(url).pathname)
          .filter((path) => path.startsWith('/api')),
        databases: (await indexedDB.databases()).length,
        cookies: document.cookie,
      };
    });
  assert.match((await kept()).text, /A secret bowl/);
  await page.evaluate(() => sessionStorage.setItem('lifeloom.import.x', 'words of a file'));
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in**');
  const left = await kept();
  assert.deepEqual(
    left.stored.filter((key) => !/^lifeloom\.(language|theme|density)$/.test(key)),
    [],
    left.text,
  );
  assert.deepEqual([left.asked, left.databases, left.cookies], [[], 0, '']);
  // Nothing of the pages before comes back either.
  await page.goBack();
  await page.waitForURL('**/sign-in**');
  assert.equal(await page.getByText('A secret bowl').count(), 0);
  // And definitions are told to nobody who is not signed in.
  assert.equal((await context.request.get(`${server.address}/api/v1/definitions`)).status(), 401);
  sound(wrong);
  await context.close();
});
