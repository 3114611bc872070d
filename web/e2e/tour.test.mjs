// Whoever signs in for the first time is shown around, once, with what there is for that person.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, settled, shoot, signIn, sound, visit } from './browser.mjs';
import { admit, person, serve, THEIRS } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'definitions/crm'], { demo: true, tour: true });
  for (const login of ['desk', 'phone', 'linked', 'refused', 'unread', 'busy', 'calm', 'lively']) {
    await person(server, login, `Nina ${login}`, 'crm.sales_director');
  }
  // Somebody of the demo data, who has something to see.
  const users = (await server.api('GET', '/records/base.user?fields=id,login&limit=50')).records;
  await admit(
    server,
    users.find((one) => one.login === 'wang.lei'),
  );
  await person(server, 'reader', 'Rita Reader', 'crm.finance_viewer');
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const as = (login, options) => arrive(browser, server, login, options);

/** Signs in where one is sent to. */
async function enter(page, login) {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(THEIRS);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

const tourOf = (page) => page.locator('dialog[open]', { has: page.locator('[aria-live]') });
const titleOf = (page) => tourOf(page).getByRole('heading').innerText();

/** The light falls on what the stop is about. */
async function lights(page, at) {
  await settled(page);
  const box = await tourOf(page).locator('[data-on]').boundingBox();
  const of = await page.locator(`[data-tour="${at}"]`).first().boundingBox();
  assert.ok(
    box.x <= of.x + 1 && box.y <= of.y + 1,
    `${at} begins at ${of.x}, ${of.y}, the light at ${box.x}, ${box.y}`,
  );
}

/** Nothing comes: the page is there, and all that would bring a tour has been answered. */
async function staysAway(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await tourOf(page).count(), 0, 'the tour came');
}

async function walk(page, name) {
  const seen = [];
  const [, of] = (
    await tourOf(page)
      .getByText(/\d+ of \d+/)
      .innerText()
  ).split(' of ');
  for (let n = 1; n <= Number(of); n += 1) {
    await tourOf(page).getByText(`${n} of ${of}`).waitFor();
    seen.push(await titleOf(page));
    await accessible(page, `${name}, stop ${n}`);
    await shoot(page, `tour-${name}-${n}`);
    await page.keyboard.press('Enter');
  }
  await tourOf(page).waitFor({ state: 'detached' });
  return seen;
}

test('it comes once, is walked by keys, and comes again when asked for', async () => {
  const { page, wrong, context } = await as('desk');
  await tourOf(page).waitFor();
  await becomes(() => page.evaluate(() => document.activeElement.textContent), 'Next');
  await lights(page, 'menu');
  await page.keyboard.press('ArrowRight');
  await becomes(() => titleOf(page), 'Find anything');
  await lights(page, 'search');
  await page.keyboard.press('ArrowLeft');
  await becomes(() => titleOf(page), 'Your way around');
  // It goes round in the card: nothing behind it is reached.
  for (let n = 0; n < 6; n += 1) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.closest('dialog, body') !== null));
    assert.equal(await page.evaluate(() => document.activeElement.closest('header, main, aside')), null);
  }
  await tourOf(page).getByRole('button', { name: 'Next' }).focus();
  const seen = await walk(page, 'desk');
  assert.deepEqual(seen, [
    'Your way around',
    'Find anything',
    'A list: Leads',
    'Something new',
    'What concerns you',
    'Your account',
  ]);
  await page.goto('/');
  await staysAway(page);
  await page.getByRole('link', { name: 'All accounts' }).click();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await tourOf(page).waitFor();
  await page.waitForURL('**/records/crm.lead?**');
  await page.keyboard.press('Escape');
  await tourOf(page).waitFor({ state: 'detached' });
  await becomes(
    () => page.evaluate(() => /^Account of/.test(document.activeElement.ariaLabel)),
    true,
    'the focus is back',
  );
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search records and screens').fill('tour');
  await page.getByRole('option', { name: 'Take the tour' }).click();
  await tourOf(page).waitFor();
  await page.keyboard.press('Escape');
  await tourOf(page).waitFor({ state: 'detached' });
  sound(wrong);
  await context.close();
});

test('it speaks of what there is to see, and only of that', async () => {
  const { page, wrong, context } = await as('wang.lei');
  await tourOf(page).waitFor();
  await page.keyboard.press('ArrowRight');
  const [, example] = /“(.+)”/.exec(await tourOf(page).innerText());
  await page.keyboard.press('ArrowRight');
  const [, count] = /It holds (\d+) records now/.exec(await tourOf(page).innerText());
  assert.equal(await page.getByText(/^\d+ records$/).innerText(), `${count} records`);
  await shoot(page, 'tour-demo');
  await tourOf(page).getByRole('button', { name: 'Skip the tour' }).click();
  await tourOf(page).waitFor({ state: 'detached' });
  // What it proposed to search for is found.
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search records and screens').fill(example);
  await page.getByRole('group', { name: 'Records' }).getByRole('option', { name: example }).first().waitFor();
  await page.keyboard.press('Escape');
  // Somebody else at the same browser, who may create nothing.
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await enter(page, 'reader');
  await tourOf(page).waitFor();
  assert.ok(!(await walk(page, 'reader')).includes('Something new'));
  sound(wrong);
  await context.close();
});

test('on a phone it stands below, and opens the menu for what is in it', async () => {
  const { page, wrong, context } = await as('phone', { size: PHONE, dark: true });
  await tourOf(page).waitFor();
  await page.getByRole('navigation', { name: 'Main menu', includeHidden: true }).waitFor();
  await lights(page, 'menu');
  const next = tourOf(page).getByRole('button', { name: /Next|Done/ });
  const box = await next.boundingBox();
  assert.ok(box.height >= 44 && box.y + box.height > PHONE.height - 80, 'it is at the thumb');
  for (let n = 1; n <= 6; n += 1) {
    await tourOf(page).getByText(`${n} of 6`).waitFor();
    await accessible(page, `phone, stop ${n}`);
    await shoot(page, `tour-phone-${n}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.equal(over, 0, 'something hangs over the edge');
    await next.tap();
  }
  await tourOf(page).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('navigation', { name: 'Main menu' }).count(), 0, 'the menu is closed again');
  sound(wrong);
  await context.close();
});

test('it comes nowhere but on the start page, and to nobody who has begun with something', async () => {
  const linked = await visit(browser, server.address);
  await linked.page.goto('/records/crm.account');
  await enter(linked.page, 'linked');
  await staysAway(linked.page);
  await linked.page.goto('/');
  await tourOf(linked.page).waitFor();
  // Whoever goes on has left it.
  await linked.page.goto('/records/crm.account');
  await staysAway(linked.page);
  await linked.page.goto('/');
  await staysAway(linked.page);
  sound(linked.wrong);
  await linked.context.close();
  const busy = await visit(browser, server.address);
  let answer;
  const asked = new Promise((resolve) => {
    void busy.page.route('**/api/v1/records/base.preference?**', (route) => {
      answer = () => route.continue();
      resolve();
    });
  });
  await signIn(busy.page, 'busy');
  await asked;
  await busy.page.getByRole('heading', { level: 1 }).waitFor();
  await busy.page.keyboard.press('Control+k');
  await busy.page.getByPlaceholder('Search records and screens').waitFor();
  await answer();
  await busy.page.waitForLoadState('networkidle');
  assert.equal(await tourOf(busy.page).count(), 0, 'it covers what somebody does');
  await busy.page.unroute('**/api/v1/records/base.preference?**');
  // The next time there is nothing to be disturbed.
  await busy.page.goto('/');
  await tourOf(busy.page).waitFor();
  sound(busy.wrong);
  await busy.context.close();
});

test('it stays away where it cannot be known or kept that it came', async () => {
  for (const [login, method] of [
    ['unread', 'GET'],
    ['refused', 'PUT'],
  ]) {
    const { page, context } = await visit(browser, server.address);
    const tried = page.waitForRequest((one) => one.url().includes('base.preference') && one.method() === method);
    await page.route('**/api/v1/records/base.preference**', (route) =>
      route.request().method() === method ? route.fulfill({ status: 422, body: '{}' }) : route.continue(),
    );
    await signIn(page, login);
    await tried;
    await staysAway(page);
    // Whoever asks for it is shown it nevertheless.
    await page.getByRole('button', { name: /Account of/ }).click();
    await page.getByRole('button', { name: 'Take the tour' }).click();
    await tourOf(page).waitFor();
    await context.close();
  }
});

test('nothing moves for whoever does not want it', async () => {
  for (const [login, moving] of [
    ['calm', false],
    ['lively', true],
  ]) {
    const { page, wrong, context } = await visit(browser, server.address, { moving });
    await signIn(page, login);
    await tourOf(page).waitFor();
    const moves = await page.evaluate(() => {
      const key = new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true });
      document.activeElement.dispatchEvent(key);
      return new Promise((resolve) => requestAnimationFrame(() => resolve(document.getAnimations().length > 0)));
    });
    assert.equal(moves, moving);
    await becomes(() => titleOf(page), 'Find anything');
    sound(wrong);
    await context.close();
  }
});
