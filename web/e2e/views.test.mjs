// Galleries and plans: who may change them works them by mouse, finger and keys; who may only read looks at them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, accessible, arrive, open, shoot, signIn, sound, visit } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await person(server, 'visitor', 'Vic', 'showcase.visitor');
  await plan();
  await pieces();
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The plan of an exhibition: a branch, a chain, and something that goes on beside. */
async function plan() {
  const ids = {};
  const rows = [
    ['Exhibition', null, null, null, null, []],
    ['Choose the pieces', '2026-03-02', '2026-03-06', 'research', 'Exhibition', []],
    ['Build the cases', '2026-03-09', '2026-03-20', 'building', 'Exhibition', ['Choose the pieces']],
    ['Print the catalogue', '2026-03-09', '2026-03-11', 'press', 'Exhibition', ['Choose the pieces']],
    ['Open the doors', '2026-03-23', '2026-03-23', 'press', null, ['Build the cases', 'Print the catalogue']],
    ['Clean the hall', '2026-03-16', '2026-03-17', 'building', null, []],
  ];
  for (const [name, begins_on, ends_on, team, parent, before] of rows) {
    const body = { name, begins_on, ends_on, team, done: '40', cost: '100', after: before.map((one) => ids[one]) };
    const of = parent === null ? {} : { part_of: ids[parent] };
    ids[name] = (await server.api('POST', '/records/showcase.task', { ...body, ...of })).id;
  }
}

/** Pieces, the first of them with a picture. */
async function pieces() {
  const operations = Array.from({ length: 60 }, (_, n) => ({
    create: { name: `Piece ${n}`, price: `${n}.50`, state: 'draft' },
  }));
  await server.api('POST', '/records/showcase.piece/bulk', { mode: 'each', operations });
}

const as = (login, path, options) => arrive(browser, server, login, { path, ...options });

const PLAN = '/records/showcase.task?view=showcase.task_plan';
const bar = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}, from`) });

/** What the server holds of a task. */
async function held(name) {
  const { records } = await server.api(
    'GET',
    `/records/showcase.task?filter=${encodeURIComponent(`name == "${name}"`)}`,
  );
  return [records[0].begins_on, records[0].ends_on];
}

test('the first screen of an app comes by itself after the sign-in', async () => {
  const { page, wrong, context } = await visit(browser, server.address);
  await signIn(page, 'curator');
  await page.getByRole('heading', { name: 'Pieces' }).waitFor();
  await page.getByText('60 records').waitFor();
  sound(wrong);
  await context.close();
});

test('a plan is moved by mouse and by keys, and undone', async () => {
  const { page, wrong, context } = await as('curator', PLAN);
  const cases = bar(page, 'Build the cases');
  await cases.waitFor();
  await page.getByText('Critical path: 18 days').waitFor();
  assert.match(
    await cases.getAttribute('aria-label'),
    /2026-03-09 to 2026-03-20, 40% done, after Choose the pieces, on the critical path/,
  );
  assert.doesNotMatch(await bar(page, 'Print the catalogue').getAttribute('aria-label'), /critical/);
  await accessible(page, 'plan');
  await shoot(page, 'plan-desktop');
  // Sixteen pixels are a day in weeks.
  const carry = async (from, by) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + by / 2, from.y, { steps: 4 });
    await page.mouse.move(from.x + by, from.y, { steps: 4 });
    await page.mouse.up();
  };
  const box = await cases.boundingBox();
  await carry({ x: box.x + box.width / 2, y: box.y + 12 }, 32);
  await page.getByText('Build the cases now lasts from 2026-03-11 to 2026-03-22').waitFor();
  assert.deepEqual(await held('Build the cases'), ['2026-03-11', '2026-03-22']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: /^Build the cases, from 2026-03-09 to 2026-03-20/ }).waitFor();
  assert.deepEqual(await held('Build the cases'), ['2026-03-09', '2026-03-20']);
  await carry({ x: box.x + box.width, y: box.y + 12 }, 16);
  await page.getByText('now lasts from 2026-03-09 to 2026-03-21').waitFor();
  assert.deepEqual(await held('Build the cases'), ['2026-03-09', '2026-03-21']);
  // By keys: moved, its end, taken back; then again and kept.
  const clean = bar(page, 'Clean the hall');
  await clean.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByText('Clean the hall, from 2026-03-17 to 2026-03-19. Enter saves').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Clean the hall is where it was').waitFor();
  await page.keyboard.press('Control+ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByText('Clean the hall now lasts from 2026-03-15 to 2026-03-17').waitFor();
  assert.deepEqual(await held('Clean the hall'), ['2026-03-15', '2026-03-17']);
  // Up and down lead from bar to bar; Enter opens.
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Clean the hall' }).waitFor();
  sound(wrong);
  await context.close();
});

test('rules hold in a plan, too: what the server refuses is where it was', async () => {
  const { page, wrong, context } = await as('curator', PLAN);
  const press = bar(page, 'Print the catalogue');
  await press.waitFor();
  const { records } = await server.api(
    'GET',
    `/records/showcase.task?filter=${encodeURIComponent('name == "Print the catalogue"')}`,
  );
  // Somebody else is quicker.
  await server.api('PATCH', `/records/showcase.task/${records[0].id}`, { done: '60' });
  await press.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page
    .getByRole('log')
    .getByText(/changed/i)
    .waitFor();
  await page.getByRole('button', { name: /^Print the catalogue, from 2026-03-09 to 2026-03-11, 60% done/ }).waitFor();
  assert.deepEqual(await held('Print the catalogue'), ['2026-03-09', '2026-03-11']);
  sound(wrong);
  await context.close();
});

test('branches and groups are closed and opened, scales are chosen', async () => {
  const { page, wrong, context } = await as('curator', PLAN);
  await bar(page, 'Build the cases').waitFor();
  await page.getByRole('button', { name: 'Branches of Exhibition' }).click();
  await bar(page, 'Build the cases').waitFor({ state: 'detached' });
  for (const scale of ['Days', 'Months', 'Quarters', 'Weeks']) {
    await page.getByText(scale, { exact: true }).click();
    await bar(page, 'Open the doors').waitFor();
  }
  await page.goto('/records/showcase.task?view=showcase.task_teams');
  await bar(page, 'Build the cases').waitFor();
  const building = page.getByRole('row', { name: /Building/ });
  await accessible(page, 'plan by team');
  await shoot(page, 'plan-teams');
  await building.getByRole('button').click();
  await bar(page, 'Build the cases').waitFor({ state: 'detached' });
  await bar(page, 'Choose the pieces').waitFor();
  sound(wrong);
  await context.close();
});

test('who may not change a plan cannot take its bars', async () => {
  const { page, wrong, context } = await as('visitor', PLAN);
  const cases = bar(page, 'Build the cases');
  await cases.waitFor();
  assert.doesNotMatch(await cases.getAttribute('aria-label'), /done/, 'a hidden field is none');
  const before = await held('Build the cases');
  await cases.focus();
  await page.keyboard.press('ArrowRight');
  const box = await cases.boundingBox();
  await page.mouse.move(box.x + 20, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 80, box.y + 12, { steps: 4 });
  await page.mouse.up();
  // What was no drag is a click.
  await page.getByRole('heading', { name: 'Build the cases' }).waitFor();
  assert.deepEqual(await held('Build the cases'), before);
  sound(wrong);
  await context.close();
});

test('a plan on a phone: a finger chooses a bar and then moves it', async () => {
  const { page, wrong, context } = await as('curator', PLAN, { size: PHONE, dark: true, locale: 'zh-TW' });
  const clean = page.getByRole('button', { name: /^Clean the hall，/ });
  await clean.waitFor();
  await clean.scrollIntoViewIfNeeded();
  await clean.tap();
  await page.locator('[data-chosen]').waitFor();
  assert.ok(page.url().includes('task_plan'), 'the first touch chooses');
  await accessible(page, 'plan on a phone');
  await shoot(page, 'plan-phone-dark');
  const before = await held('Clean the hall');
  const box = await clean.boundingBox();
  const touch = await context.newCDPSession(page);
  const at = (x) => [{ x, y: box.y + box.height / 2 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(box.x + 10) });
  for (const by of [12, 24, 33]) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(box.x + 10 + by) });
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.getByText('已改為').waitFor();
  const later = (day, by) => new Date(Date.parse(day) + by * 86_400_000).toISOString().slice(0, 10);
  assert.deepEqual(
    await held('Clean the hall'),
    before.map((day) => later(day, 2)),
  );
  sound(wrong);
  await context.close();
});

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC';

test('a picture is shown in the gallery, cards are marked and opened by keys', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('A red bowl');
  const photo = page.locator('[data-field=photo]');
  const png = { name: 'red.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') };
  await photo.locator('input[type=file]').setInputFiles(png);
  await photo.getByText('red.png').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /A red bowl/ }).waitFor();
  await page.goto('/records/showcase.piece?view=showcase.piece_gallery&sort=-number');
  const card = page.getByRole('button', { name: /A red bowl/ });
  await card.waitFor();
  await page.waitForFunction((image) => image.naturalWidth === 10, await card.locator('img').elementHandle());
  assert.ok((await page.locator('[data-card]').count()) < 60, 'only the cards in sight are in the page');
  await accessible(page, 'gallery');
  await shoot(page, 'gallery-desktop');
  await card.focus();
  await page.keyboard.press('x');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('x');
  await page.getByRole('toolbar', { name: '2 marked' }).waitFor();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: /^Piece 0/ }).waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('Piece 0'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /Piece 0/ }).waitFor();
  sound(wrong);
  await context.close();
});

for (const [size, dark, locale] of [
  [DESKTOP, true, 'zh-CN'],
  [PHONE, false, 'en'],
]) {
  const name = `${size === PHONE ? 'phone' : 'desktop'} ${dark ? 'dark' : 'light'}`;
  test(`galleries and plans are sound: ${name}`, async () => {
    const { page, wrong, context } = await as('visitor', PLAN, { size, dark, locale });
    await page.locator('[data-bar]').first().waitFor();
    await accessible(page, `plan ${name}`);
    await shoot(page, `plan-${name.replace(' ', '-')}`);
    const shown = await as('curator', '/records/showcase.piece?view=showcase.piece_gallery&sort=-number', {
      size,
      dark,
      locale,
    });
    await shown.page.locator('[data-card]').first().waitFor();
    await accessible(shown.page, `gallery ${name}`);
    await shoot(shown.page, `gallery-${name.replace(' ', '-')}`);
    for (const one of [wrong, shown.wrong]) sound(one);
    await context.close();
    await shown.context.close();
  });
}

test('a list in groups has heads with counts and sums, and opens them', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.task?view=showcase.tasks');
  await page.getByText('6 records').waitFor();
  await page.getByLabel('Group by').click();
  await page.locator('.ant-select-item-option', { hasText: 'Team' }).click();
  await page.waitForURL('**group=team**');
  const head = (name) => page.getByRole('row', { name: new RegExp(name) }).first();
  await head('Building').getByText('¥200.00').waitFor();
  await head('Team: none').getByText('¥100.00').waitFor();
  assert.equal(await page.getByRole('row').count(), 5, 'four groups below the heads of the columns');
  await accessible(page, 'groups');
  await head('Building').getByRole('button').click();
  await page.getByText('Clean the hall').waitFor();
  // Keys open, too, and a record as anywhere.
  await head('Press').focus();
  await page.keyboard.press('Enter');
  await page.getByText('Open the doors').waitFor();
  await accessible(page, 'groups open');
  await shoot(page, 'groups-desktop');
  await page.getByText('Open the doors').click();
  await page.getByRole('heading', { name: 'Open the doors' }).waitFor();
  sound(wrong);
  await context.close();
  const seen = await as('visitor', '/records/showcase.task?view=showcase.tasks&group=urgent', {
    size: PHONE,
    dark: true,
  });
  await seen.page.getByRole('row', { name: /Urgent: No.*6/ }).waitFor();
  assert.equal(await seen.page.getByText('¥600.00').count(), 0, 'a hidden field has no sum');
  await accessible(seen.page, 'groups on a phone');
  await shoot(seen.page, 'groups-phone-dark');
  sound(seen.wrong);
  await seen.context.close();
});

test('a board has a lane for each person, and cards change hands', async () => {
  const { records } = await server.api('GET', '/records/base.user?filter=' + encodeURIComponent('login == "curator"'));
  const task = async (name) =>
    (await server.api('GET', `/records/showcase.task?filter=${encodeURIComponent(`name == "${name}"`)}`)).records[0];
  const { id } = await task('Clean the hall');
  await server.api('PATCH', `/records/showcase.task/${id}`, { who: records[0].id });
  const { page, wrong, context } = await as('curator', '/records/showcase.task?view=showcase.task_people');
  const lane = (name) => page.locator('section', { has: page.getByRole('heading', { name }) });
  await lane(/Cora/).getByText('Clean the hall').waitFor();
  const card = lane(/Who does it: none/).getByRole('button', { name: /Open the doors/ });
  await card.waitFor();
  await accessible(page, 'board of people');
  await shoot(page, 'board-people');
  const [from, to] = [await card.boundingBox(), await lane(/Cora/).boundingBox()];
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + 120, { steps: 12 });
  await page.mouse.up();
  await lane(/Cora/).getByText('Open the doors').first().waitFor();
  await lane(/Cora.*2 records/).waitFor();
  assert.equal((await task('Open the doors')).who.id, records[0].id);
  sound(wrong);
  await context.close();
});

test('however long a view is, what is in the page is what is in sight', async () => {
  const many = (object, count, record) =>
    server.api('POST', `/records/showcase.${object}/bulk`, {
      mode: 'each',
      operations: Array.from({ length: count }, (_, at) => ({ create: record(at) })),
    });
  await many('piece', 400, (at) => ({ name: `Long ${at}` }));
  await many('task', 400, (at) => ({ name: `Long ${at}`, begins_on: '2026-03-02', ends_on: '2026-04-01' }));
  const { page, wrong, context } = await as('curator', '/records/showcase.piece?view=showcase.pieces&search=Long');
  const rows = [
    ['/records/showcase.piece?view=showcase.pieces', '[role=grid]', '[role=row]'],
    ['/records/showcase.task?view=showcase.tasks&group=urgent', '[role=grid]', '[role=row]'],
    ['/records/showcase.task?view=showcase.task_plan', '[role=treegrid]', '[role=row]'],
    ['/records/showcase.piece?view=showcase.piece_gallery', 'main [role=group][aria-label=Gallery]', '[data-card]'],
    ['/records/showcase.piece?view=showcase.piece_board', 'section > div', 'button'],
  ];
  for (const [address, where, what] of rows) {
    await page.goto(address);
    await page.locator(where).first().locator(what).nth(1).waitFor();
    const closed = page.getByRole('row', { name: /Urgent: No/ }).getByRole('button');
    if (address.includes('group=')) await closed.click();
    const most = await page
      .locator(where)
      .first()
      .evaluate(async (list, selector) => {
        let found = 0;
        for (let at = 0; at < 40; at += 1) {
          list.scrollTop += list.clientHeight;
          await new Promise((next) => requestAnimationFrame(next));
          found = Math.max(found, list.querySelectorAll(selector).length);
        }
        return found;
      }, what);
    assert.ok(most > 1 && most <= 200, `${address}: ${most}`);
  }
  sound(wrong);
  await context.close();
});
