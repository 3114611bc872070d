// People work through the pack that has everything once, on desktop and on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, accessible, arrive, open, shoot, sound, visit } from './browser.mjs';
import { PASSWORD, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await server.api('POST', '/records/showcase.place', { code: 'H', name: 'Hall', open: true });
  const operations = Array.from({ length: 250 }, (_, n) => ({
    create: { name: `Piece ${n}`, price: `${(n * 7.25).toFixed(2)}`, made_on: '2026-03-02', due_on: '2026-04-01' },
  }));
  await server.api('POST', '/records/showcase.piece/bulk', { mode: 'each', operations });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const at = (path, options) => arrive(browser, server, 'admin', { path, ...options });

test('a wrong password is refused and nothing is lost', async () => {
  const { page, wrong, context } = await visit(browser, server.address, { locale: 'zh-TW' });
  await page.goto('/records/showcase.piece');
  await page.waitForURL('**/sign-in?**');
  await page.getByLabel('帳號').fill('admin');
  await page.getByLabel('密碼', { exact: true }).fill('not this one');
  await page.getByRole('button', { name: '登入' }).click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('帳號').inputValue(), 'admin');
  await accessible(page, 'sign in');
  await shoot(page, 'sign-in');
  await page.getByLabel('密碼', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '登入' }).click();
  // Back to where one wanted to go.
  await page.waitForURL('**/records/showcase.piece');
  sound(wrong);
  await context.close();
});

test('a list is scrolled, sorted, searched and filtered', async () => {
  const { page, wrong, context } = await at('/records/showcase.piece?view=showcase.pieces');
  await page.getByText('250 records').waitFor();
  const rows = page.getByRole('row');
  await page.getByRole('grid').evaluate((grid) => grid.scrollTo(0, 1e6));
  await page.getByText('Piece 0', { exact: true }).waitFor();
  assert.ok((await rows.count()) < 200, 'only the rows in sight are in the page');
  await page.getByRole('button', { name: 'Name' }).click();
  await page.waitForURL('**sort=name**');
  await page.getByLabel('Search this list').fill('Piece 77');
  await page.getByText('1 record', { exact: true }).waitFor();
  await page.getByLabel('Search this list').fill('');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  const condition = page.getByRole('group', { name: 'Filter' });
  await accessible(page, 'filter');
  await shoot(page, 'filter');
  await condition.getByLabel('Filter as an expression').fill('price >= 1800 && state == "draft"');
  await condition.getByLabel('Filter as an expression').press('Enter');
  await page.getByText('1 record', { exact: true }).waitFor();
  assert.equal(await condition.getByLabel('Comparison').count(), 2, 'what was typed is read as conditions');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV').click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
  assert.deepEqual([lines.length, lines[1]?.includes('Piece 249')], [2, true], lines.join());
  sound(wrong);
  await context.close();
});

/** What an input is described by. */
const described = (input) =>
  input.evaluate((one) =>
    (one.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' '),
  );

test('a piece is made, changed, moved and told', async () => {
  const { page, wrong, context } = await at('/records/showcase.piece');
  await page.getByRole('link', { name: 'New Piece' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Name is needed').waitFor();
  // What helps, and what is wrong, is told with the input.
  assert.equal(await described(page.getByLabel('Name*')), 'Name is needed');
  await page.getByLabel('Name*').fill('A vase');
  await page.getByLabel('Price', { exact: true }).fill('1200');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.locator('[data-field="lines.0.name"] input').fill('Clay');
  await page.locator('[data-field="lines.0.quantity"] input').fill('3');
  await page.locator('[data-field="lines.0.price"] input').fill('12.5');
  await accessible(page, 'new piece');
  await shoot(page, 'new-piece');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /P-\d+ A vase/ }).waitFor();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.locator('[aria-current=step]', { hasText: 'Shown' }).waitFor();
  await page.getByLabel('Write a comment').fill('It stands in the hall');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('It stands in the hall').waitFor();
  await accessible(page, 'piece');
  await shoot(page, 'piece');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Made on').fill('2026-05-02');
  await page.getByLabel('Made on').press('Tab');
  await page.getByLabel('Due on').fill('2026-05-01');
  await page.getByLabel('Due on').press('Tab');
  await page.getByRole('button', { name: 'Save' }).click();
  // The rule of the definition, at its field, and nothing that was typed is lost.
  await page.locator('[data-field=due_on]').getByText('It is due after it was made').waitFor();
  assert.equal(await described(page.getByLabel('Due on')), 'It is due after it was made');
  assert.equal(await page.getByLabel('Made on').inputValue(), '2026-05-02');
  await page.getByLabel('Due on').fill('2026-06-01');
  await page.getByLabel('Due on').press('Tab');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /A vase/ }).waitFor();
  await page.getByText('2026-06-01').first().waitFor();
  sound(wrong);
  await context.close();
});

test('cards go where a move leads, and nowhere else', async () => {
  const { page, wrong, context } = await at(
    '/records/showcase.piece?view=showcase.piece_board&filter=number == "P-00007"',
  );
  const lane = (name) => page.locator('section', { has: page.getByRole('heading', { name }) });
  const card = page.getByRole('button', { name: /Piece 6/ });
  await card.waitFor();
  await accessible(page, 'board');
  const carry = async (name) => {
    const [from, to] = [await card.boundingBox(), await lane(name).boundingBox()];
    await page.mouse.move(from.x + 20, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + 120, { steps: 12 });
    await page.mouse.up();
  };
  await carry(/^Shown/);
  await lane(/^Shown 1/).waitFor();
  // It settles where it was put before it is taken up again.
  await page.waitForTimeout(600);
  await carry(/^Draft/);
  await lane(/^Draft 1/).waitFor();
  await page.waitForTimeout(600);
  await carry(/^Sold/);
  await page.waitForTimeout(500);
  assert.equal(await lane(/^Draft 1/).count(), 1, 'a draft is not sold without being shown');
  await shoot(page, 'board');
  sound(wrong);
  await context.close();
});

for (const [size, name] of [
  [DESKTOP, 'desktop'],
  [PHONE, 'phone'],
]) {
  test(`a calendar shows what begins and ends: ${name}`, async () => {
    const { page, wrong, context } = await at(
      '/records/showcase.piece?view=showcase.piece_calendar&filter=price < 20',
      {
        size,
      },
    );
    await page
      .getByText(/^Calendar$/)
      .first()
      .waitFor();
    // All pieces of this test were made in March.
    await page.clock.setFixedTime('2026-03-15T08:00:00Z');
    await page.reload();
    // Those for which a day has no room stand behind "more".
    const entry = page
      .getByText(/^Piece \d+$/)
      .filter({ visible: true })
      .first();
    await entry.waitFor();
    await accessible(page, `calendar ${name}`);
    await shoot(page, `calendar-${name}`);
    const title = await entry.innerText();
    await entry.click();
    await page.getByRole('heading', { name: new RegExp(`${title}$`) }).waitFor();
    sound(wrong);
    await context.close();
  });
}

for (const size of [DESKTOP, PHONE]) {
  for (const dark of [false, true]) {
    const name = `${size === PHONE ? 'phone' : 'desktop'} ${dark ? 'dark' : 'light'}`;
    test(`pages are sound and accessible: ${name}`, async () => {
      const { page, wrong, context } = await at('/records/showcase.piece?view=showcase.pieces', {
        size,
        dark,
        locale: 'zh-CN',
      });
      await page.getByText('Piece 249').waitFor();
      await accessible(page, `list ${name}`);
      await shoot(page, `list-${name.replace(' ', '-')}`);
      await page.getByText('Piece 249').click();
      await page.getByRole('heading', { name: /Piece 249/ }).waitFor();
      await page.getByText('动态').waitFor();
      await accessible(page, `record ${name}`);
      await shoot(page, `record-${name.replace(' ', '-')}`);
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('搜索记录和页面').fill('Piece 12');
      await page.getByRole('option', { name: /Piece 120/ }).waitFor();
      await accessible(page, `palette ${name}`);
      await shoot(page, `palette-${name.replace(' ', '-')}`);
      sound(wrong);
      await context.close();
    });
  }
}
