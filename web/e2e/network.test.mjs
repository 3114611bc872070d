// A network that goes away in the middle of things, and one that is slow: nothing that somebody did is lost, and nothing
// is done twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, shoot, sound, until } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await person(server, 'director', 'Dora', 'showcase.director');
  for (const name of ['First', 'Second']) await make(name);
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const make = (name) => server.api('POST', '/records/showcase.piece', { name, price: '900' });
const find = async (name) => {
  const filter = encodeURIComponent(`name == "${name}"`);
  return (await server.api('GET', `/records/showcase.piece?filter=${filter}`)).records;
};

/** A page whose network can be taken away, given back, or slowed down. */
async function as(login, options) {
  const visited = await arrive(browser, server, login, options);
  const devtools = await visited.context.newCDPSession(visited.page);
  await devtools.send('Network.enable');
  const network = (given) =>
    devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
      ...given,
    });
  return { ...visited, off: () => network({ offline: true }), on: () => network({}), slow: network };
}

/** What the browser itself says of a network that is not there is no fault of the page. */
const ours = (wrong) => wrong.filter((text) => !/Failed to load resource: net::ERR_/.test(text));

const notice = (page) => page.getByRole('status').getByText('No connection.');
const refused = (page) => page.getByRole('log').getByText(/No connection\. Nothing you typed is lost/);
const card = (page, name) => page.getByRole('button', { name });
const lane = (page, name) => page.locator('section').filter({ has: page.getByRole('heading', { name }) });

async function carry(page, name, to) {
  // What came and went above it may still move it.
  await card(page, name).hover();
  const [from, target] = [await card(page, name).boundingBox(), await lane(page, to).boundingBox()];
  await page.mouse.move(from.x + 30, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 40, { steps: 5 });
  await page.mouse.move(target.x + 80, target.y + 90, { steps: 10 });
  await page.mouse.up();
}

test('what is loaded stays, and what is not comes when the network is back', async () => {
  const { page, wrong, context, off, on } = await as('curator', { size: PHONE });
  await page.goto('/records/showcase.piece');
  await page.getByText('First').waitFor();
  await off();
  await notice(page).waitFor();
  await accessible(page, 'without a network');
  await shoot(page, 'network-list-phone');
  await page.getByText('First').click();
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await accessible(page, 'a page that did not come');
  await shoot(page, 'network-record-phone');
  await page.goBack();
  await page.getByText('First').waitFor();
  await page.goForward();
  await page.getByRole('alert').waitFor();
  await on();
  await page.getByRole('heading', { name: /First/ }).waitFor();
  await notice(page).waitFor({ state: 'detached' });
  sound(ours(wrong));
  await context.close();
});

test('a server that is away is looked for until it is back', async () => {
  const { page, wrong, context } = await as('curator');
  await page.goto('/records/showcase.piece');
  await page.getByText('First').waitFor();
  await context.route(/\/api\/|\/readyz/, (route) => route.abort('connectionrefused'));
  await page.getByText('First').click();
  await notice(page).waitFor();
  await page.getByRole('alert').waitFor();
  await context.unroute(/\/api\/|\/readyz/);
  await page.getByRole('heading', { name: /First/ }).waitFor();
  await notice(page).waitFor({ state: 'detached' });
  sound(ours(wrong));
  await context.close();
});

test('a form is saved when the network is back, and once', async () => {
  const { page, wrong, context, off, on, slow } = await as('curator');
  for (const [name, cut] of [
    ['Far away', true],
    ['Slow', false],
  ]) {
    await page.goto('/records/showcase.piece/new');
    await page.getByLabel('Name*').fill(name);
    await (cut ? off() : slow({ latency: 400 }));
    const save = page.getByRole('button', { name: 'Save' });
    if (cut) {
      await save.click();
      await refused(page).first().waitFor();
      await page
        .getByRole('alert')
        .getByText(/No connection/)
        .waitFor();
      await accessible(page, 'not saved');
      await shoot(page, 'network-form');
      await becomes(() => page.getByLabel('Name*').inputValue(), name);
      assert.equal((await find(name)).length, 0);
      await on();
      await notice(page).waitFor({ state: 'detached' });
    }
    const sent = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    await save.dblclick();
    await page.getByRole('heading', { name: new RegExp(name) }).waitFor();
    assert.deepEqual(sent.filter((url) => /\/records\/showcase\.piece(\?|$)/.test(url)).length, 1);
    assert.equal((await find(name)).length, 1);
    // And changed.
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Pieces in stock').fill('7');
    if (cut) {
      await off();
      await save.click();
      await refused(page).first().waitFor();
      await becomes(() => page.getByLabel('Pieces in stock').inputValue(), '7');
      await on();
      await notice(page).waitFor({ state: 'detached' });
    }
    await save.dblclick();
    await page.getByRole('link', { name: 'Edit' }).waitFor();
    const [{ amount, version }] = await find(name);
    assert.deepEqual([amount, version], [7, 2]);
    await on();
  }
  sound(ours(wrong));
  await context.close();
});

test('an answer that is lost on its way does no harm', async () => {
  const { page, wrong, context } = await as('curator');
  await page.goto('/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('Twice');
  let lost = 0;
  // It arrives, and nobody hears of it.
  await context.route(/\/records\/showcase\.piece(\?|$)/, async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.getByRole('button', { name: 'Save' }).click();
  await refused(page).waitFor();
  assert.equal((await find('Twice')).length, 1);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /Twice/ }).waitFor();
  assert.equal((await find('Twice')).length, 1, 'made once');
  sound(ours(wrong));
  await context.close();
});

test('a card goes back to where it was, and stays where the server took it', async () => {
  const { page, wrong, context, off, on, slow } = await as('curator');
  await make('A card');
  await page.goto('/records/showcase.piece?view=showcase.piece_board');
  await card(page, 'A card').waitFor();
  await off();
  await notice(page).waitFor();
  await carry(page, 'A card', 'Shown');
  await refused(page).waitFor();
  await lane(page, 'Draft').getByRole('button', { name: 'A card' }).waitFor();
  await shoot(page, 'network-board');
  assert.equal((await find('A card'))[0].state, 'draft');
  await on();
  await notice(page).waitFor({ state: 'detached' });
  await slow({ latency: 400 });
  await carry(page, 'A card', 'Shown');
  // At once, although the server has not answered yet.
  await lane(page, 'Shown').getByRole('button', { name: 'A card' }).waitFor({ timeout: 5000 });
  await until(async () => (await find('A card'))[0].state === 'shown');
  assert.equal(await lane(page, 'Draft').getByRole('button', { name: 'A card' }).count(), 0);
  sound(ours(wrong));
  await context.close();
});

test('a file goes on where it was cut off', async () => {
  const { page, wrong, context, off, on, slow } = await as('curator');
  await page.goto('/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('With a large paper');
  const parts = [];
  await context.route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    parts.push(route.request().headers()['upload-offset']);
    if (parts.length !== 2) return route.continue();
    await off();
    return route.abort('internetdisconnected');
  });
  await slow({ latency: 400 });
  const bytes = Buffer.alloc(4_000_000, 'a line of text\n');
  const paper = page.locator('[data-field=paper]');
  await paper.locator('input[type=file]').setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer: bytes });
  await paper.getByText('Waits for the connection').waitFor();
  await accessible(page, 'a file that waits');
  await shoot(page, 'network-file');
  await on();
  await paper.getByText('large.txt').waitFor();
  assert.deepEqual(parts, ['0', '2097152', '2097152'], 'nothing was sent again that had arrived');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /With a large paper/ }).waitFor();
  assert.equal((await find('With a large paper'))[0].paper.size, 4_000_000);
  sound(ours(wrong));
  await context.close();
});

test('a decision is made when the network is back, and once', async () => {
  for (const name of ['To decide', 'To decide slowly']) {
    const { id } = await make(name);
    await server.api('POST', `/records/showcase.piece/${id}/moves/show`, {});
    await server.api('POST', `/records/showcase.piece/${id}/moves/sell`, {});
  }
  const { page, wrong, context, off, on, slow } = await as('director', { size: PHONE, dark: true });
  const approve = page.getByRole('button', { name: 'Approve' });
  await page.goto('/approvals/todo');
  await page
    .getByRole('link', { name: /To decide ·|To decide(?! slowly)/ })
    .first()
    .click();
  await page.getByLabel('Comment').fill('A fair price');
  await off();
  await approve.click();
  await refused(page).waitFor();
  await accessible(page, 'not decided');
  await shoot(page, 'network-task-phone');
  await becomes(() => page.getByLabel('Comment').inputValue(), 'A fair price');
  await on();
  await notice(page).waitFor({ state: 'detached' });
  await approve.click();
  await page.waitForURL('**/approvals/todo');
  await until(async () => (await find('To decide'))[0].state === 'sold');
  await slow({ latency: 400 });
  await page.getByRole('link', { name: /To decide slowly/ }).click();
  const sent = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  await approve.dblclick();
  await page.getByText('Nothing waits for you').waitFor();
  assert.equal(sent.filter((url) => url.endsWith('/approve')).length, 1);
  assert.equal((await find('To decide slowly'))[0].state, 'sold');
  sound(ours(wrong));
  await context.close();
});
