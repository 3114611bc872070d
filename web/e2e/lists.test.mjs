// People make a list their own, change many records in it, and find again what they looked at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, shoot, sound, until } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'clara', 'Clara Curator', 'showcase.curator');
  await person(server, 'vera', 'Vera Curator', 'showcase.curator');
  await server.api('POST', '/records/showcase.place', { code: 'H', name: 'Hall', open: true });
  const operations = Array.from({ length: 30 }, (_, n) => ({
    create: { name: `Piece ${n}`, price: `${(n * 10).toFixed(2)}`, fragile: n % 2 === 0, packing: 'a box' },
  }));
  await server.api('POST', '/records/showcase.piece/bulk', { mode: 'each', operations });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const at = (path, login, options) => arrive(browser, server, login, { path, ...options });

const LIST = '/records/showcase.piece?view=showcase.pieces';
const heads = (page) => page.getByRole('columnheader').allInnerTexts();

test('columns are chosen, kept, and shared as a view', async () => {
  const { page, wrong, context } = await at(LIST, 'clara');
  await page.getByText('30 records').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  const picker = page.getByRole('group', { name: 'Columns' });
  await picker.getByRole('button', { name: 'Leave Discount out' }).click();
  await picker.getByRole('button', { name: 'Move Name up' }).click();
  await picker.getByRole('button', { name: 'Keep Name in sight' }).click();
  await picker.getByLabel('Add a column').click();
  await picker.getByLabel('Add a column').fill('Place › Code');
  await picker.getByLabel('Add a column').press('Enter');
  await page.getByRole('columnheader', { name: 'Code' }).waitFor();
  await accessible(page, 'columns');
  await shoot(page, 'columns');
  await page.keyboard.press('Escape');
  const edge = page.getByRole('separator', { name: 'Width of Name' });
  const before = Number(await edge.getAttribute('aria-valuenow'));
  await edge.focus();
  await page.keyboard.press('ArrowRight');
  await page.locator(`[role=separator][aria-label="Width of Name"][aria-valuenow="${before + 16}"]`).waitFor();
  const shown = await heads(page);
  assert.deepEqual([shown[1], shown.includes('Discount'), shown.at(-1)], ['Name', false, 'Code']);
  // What is remembered is remembered on the site, not in the browser.
  const remembered = async () => (await server.api('GET', '/records/base.preference')).records.map((row) => row.value);
  await until(async () => JSON.stringify(await remembered()).includes('"width"'));
  await page.reload();
  await page.getByRole('columnheader', { name: 'Code' }).waitFor();
  await becomes(() => heads(page), shown);
  await page.getByRole('button', { name: 'Mine' }).click();
  await page.getByText('No Pieces match').waitFor();
  await page.getByRole('button', { name: 'Mine' }).click();
  await page.getByLabel('Search this list').waitFor();
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await page.waitForURL('**sort=name**');
  await page.getByRole('button', { name: 'Save view' }).click();
  const anew = page.getByRole('menuitem', { name: 'Save as a new view' });
  await anew.click();
  // Though nothing moves here, what leaves is gone.
  await anew.waitFor({ state: 'hidden' });
  await page.getByLabel('Name', { exact: true }).fill('By name');
  await page.getByLabel('For everybody who sees these records').check();
  await accessible(page, 'save a view');
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('link', { name: 'By name' }).waitFor();
  sound(wrong);
  await context.close();

  const other = await at('/records/showcase.piece', 'vera');
  await other.page.getByRole('link', { name: 'By name' }).click();
  await other.page.waitForURL('**sort=name**');
  await other.page.getByRole('columnheader', { name: 'Code' }).waitFor();
  assert.deepEqual(await heads(other.page), shown, 'a shared view has the columns of who shared it');
  await other.page.getByRole('button', { name: 'Save view' }).click();
  await other.page.getByText('Save as a new view').waitFor();
  assert.equal(await other.page.getByText('Delete this view').count(), 0, 'a locked view is its owner’s');
  sound(other.wrong);
  await other.context.close();
});

test('cells are changed where they stand', async () => {
  const { page, wrong, context } = await at(`${LIST}&sort=number`, 'vera');
  await page.getByRole('button', { name: 'Edit in the list' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Piece 3' }).first();
  await row.getByRole('button', { name: 'Change Name' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Piece three');
  await accessible(page, 'a cell');
  await shoot(page, 'cell');
  await page.keyboard.press('Tab');
  await page.getByText('Piece three').waitFor();
  await page.keyboard.press('Escape');
  const kept = await server.api(
    'GET',
    `/records/showcase.piece?filter=${encodeURIComponent('name == "Piece three"')}&count=exact`,
  );
  assert.equal(kept.count, 1);
  // What the server refuses stays in the cell.
  const price = page.getByRole('row').filter({ hasText: 'Piece three' });
  await price.getByRole('button', { name: 'Change Name' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('');
  await page.keyboard.press('Enter');
  await page
    .getByRole('log')
    .getByText(/required|needed|empty/i)
    .waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), '');
  await page.keyboard.press('Escape');
  await page.getByText('Piece three').waitFor();
  sound(wrong);
  await context.close();
});

test('many records are changed, moved and given away, and taken back', async () => {
  const { page, wrong, context } = await at(`${LIST}&sort=number`, 'clara');
  const box = (name) => page.getByRole('row').filter({ hasText: name }).getByRole('checkbox');
  await box('Piece 10').check();
  await box('Piece 11').check();
  await page.getByRole('button', { name: 'Change a field' }).click();
  await page.getByLabel('Field', { exact: true }).click();
  await page.getByLabel('Field', { exact: true }).fill('Note');
  await page.getByLabel('Field', { exact: true }).press('Enter');
  await page.getByRole('dialog').getByLabel('Note', { exact: true }).fill('handle with care');
  await accessible(page, 'change many');
  await shoot(page, 'change-many');
  await page.getByRole('button', { name: 'Change 2 records' }).click();
  await page.getByText('2 records changed').waitFor();
  const noted = async () =>
    (
      await server.api(
        'GET',
        `/records/showcase.piece?filter=${encodeURIComponent('note == "handle with care"')}&count=exact`,
      )
    ).count;
  assert.equal(await noted(), 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await until(async () => (await noted()) === 0);
  await box('Piece 12').check();
  await page.getByRole('button', { name: 'Move to' }).click();
  await page.getByRole('menuitem', { name: 'Show', exact: true }).click();
  await page.getByText('1 record moved').waitFor();
  await box('Piece 13').check();
  await page.getByRole('button', { name: 'Transfer' }).click();
  await page.getByRole('dialog').getByLabel('Owner').fill('Vera');
  await page.locator('.ant-select-item-option').filter({ hasText: 'Vera Curator' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Transfer' }).click();
  await page.getByText('1 record changed').waitFor();
  const [given] = (
    await server.api('GET', `/records/showcase.piece?filter=${encodeURIComponent('name == "Piece 13"')}`)
  ).records;
  assert.equal(given.owner.title, 'Vera Curator');
  // What is marked is among what is shown: other records, no marks, the ones before included.
  await box('Piece 14').check();
  await page.getByRole('toolbar', { name: '1 marked' }).waitFor();
  await page.getByLabel('Search this list').fill('Piece 15');
  await page.getByRole('toolbar', { name: '1 marked' }).waitFor({ state: 'detached' });
  await page.getByLabel('Search this list').fill('');
  await box('Piece 14').waitFor();
  assert.equal(await box('Piece 14').isChecked(), false);
  sound(wrong);
  await context.close();
});

test('a record has its page: summary, tabs, related records, files, and the way back', async () => {
  const [first, second] = (await server.api('GET', '/records/showcase.piece?sort=number&limit=2')).records;
  await server.api('PATCH', `/records/showcase.piece/${second.id}`, { after: first.id });
  await server.api('POST', '/records/base.notification', {
    subject: 'A piece is due',
    owner: (await server.api('GET', '/records/base.user?filter=login%20==%20"clara"')).records[0].id,
    about: { object: 'showcase.piece', id: first.id },
  });
  const { page, wrong, context } = await at(`/records/showcase.piece/${first.id}`, 'clara');
  await page.getByRole('button', { name: /^Keep .* at hand$/ }).click();
  await page.getByRole('link', { name: 'Around it' }).click();
  await page.getByRole('region', { name: 'Pieces' }).getByRole('link', { name: second.number }).waitFor();
  await page.getByText('nobody walks backwards').waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).click(),
  ]);
  await chooser.setFiles({ name: 'paper.txt', mimeType: 'text/plain', buffer: Buffer.from('signed') });
  await page.getByRole('link', { name: 'paper.txt' }).waitFor();
  await accessible(page, 'around');
  await shoot(page, 'around');
  await page.getByRole('link', { name: 'New Piece' }).click();
  await page.getByLabel('Name*').fill('What follows');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /What follows/ }).waitFor();
  const made = await server.api(
    'GET',
    `/records/showcase.piece?filter=${encodeURIComponent('name == "What follows"')}`,
  );
  assert.equal(made.records[0].after.id, first.id, 'begun with what it belongs to');
  await server.api('DELETE', `/records/showcase.piece/${made.records[0].id}`);
  await page.goBack();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByText("Why can't I see or do this?").click();
  await page
    .getByRole('dialog')
    .getByText(/Curator/)
    .first()
    .waitFor();
  await accessible(page, 'why');
  await shoot(page, 'why');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'Details' }).click();
  await server.api('PATCH', `/records/showcase.piece/${first.id}`, { amount: 7, note: 'moved' });
  await page.reload();
  await page.getByRole('button', { name: 'Take these changes back' }).click();
  await page.getByText('The old values are back').waitFor();
  const restored = await server.api('GET', `/records/showcase.piece/${first.id}`);
  assert.deepEqual([restored.amount, restored.note], [null, null]);
  const words = page.getByLabel('Write a comment');
  await words.pressSequentially('Please look, @ver');
  await page.getByText('Vera Curator (vera)').click();
  await accessible(page, 'a mention');
  await page
    .getByRole('button', { name: 'Send' })
    .or(page.getByRole('button', { name: 'Comment' }))
    .click();
  await page.getByText('Please look, @vera').waitFor();
  const told = `/records/base.notification?filter=${encodeURIComponent('contains(text, "@vera")')}`;
  await until(async () => (await server.api('GET', told)).records[0]?.subject.includes('Clara Curator'));
  await page.getByRole('button', { name: 'Notifications: 1 unread' }).click();
  await page.getByText('A piece is due').waitFor();
  await accessible(page, 'notifications');
  await shoot(page, 'tray');
  await page.getByText('A piece is due').click();
  await page.getByRole('button', { name: 'Notifications: 0 unread' }).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: first.name }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByText('Favourites').waitFor();
  await accessible(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Everything that Lifeloom can show').waitFor();
  await accessible(page, 'a page of its own');
  await shoot(page, 'start');
  sound(wrong);
  await context.close();

  const phone = await at(`/records/showcase.piece/${first.id}?tab=around`, 'clara', { size: PHONE, dark: true });
  await phone.page.getByText('nobody walks backwards').waitFor();
  await accessible(phone.page, 'around, phone');
  await shoot(phone.page, 'around-phone');
  sound(phone.wrong);
  await phone.context.close();
});

test('an administrator sees what another person sees, and changes nothing', async () => {
  const vera = (await server.api('GET', '/records/base.user?filter=login%20==%20"vera"')).records[0];
  const { page, wrong, context } = await at(`/admin/users/${vera.id}`, 'admin');
  await page.getByRole('button', { name: 'View as' }).click();
  await page.getByRole('status').getByText('You see what Vera Curator sees').waitFor();
  await page.goto(LIST);
  await page.getByRole('status').getByText('You see what Vera Curator sees').waitFor();
  await page.getByText('30 records').waitFor();
  assert.equal(await page.getByLabel('App').locator('option', { hasText: 'Administration' }).count(), 0);
  await accessible(page, 'view as');
  await shoot(page, 'view-as');
  await page.getByRole('button', { name: 'Back to your own view' }).click();
  await page.getByLabel('App').locator('option', { hasText: 'Administration' }).waitFor({ state: 'attached' });
  sound(wrong);
  await context.close();
});
