// What somebody fills in: choosing records, drafts, two people at one record.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, settled, shoot, sound } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'definitions/crm', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await person(server, 'dora', 'Dora', 'showcase.curator');
  for (const name of ['Acme', 'Bolt']) {
    const account = await server.api('POST', '/records/crm.account', {
      name,
      status: 'active',
      industry: 'machinery',
      territory: 'east',
    });
    for (const who of ['Ann', 'Ben']) {
      await server.api('POST', '/records/crm.contact', {
        account: account.id,
        name: `${who} of ${name}`,
        phone: '+86 21 5555 0000',
      });
    }
  }
  for (const [code, isOpen] of [
    ['H1', true],
    ['H2', true],
    ['H3', false],
  ]) {
    await server.api('POST', '/records/showcase.place', { code, name: `Hall ${code}`, open: isOpen });
  }
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const as = (login, path, options) => arrive(browser, server, login, { path, ...options });

const option = (page, name) => page.locator('.ant-select-item-option', { hasText: name }).filter({ visible: true });

test('a choice offers what the record leaves, and what was used last', async () => {
  const { page, wrong, context } = await as('admin', '/records/crm.contact/new');
  const chief = page.getByRole('combobox', { name: 'Reports to' });
  await chief.click();
  await page.getByText('Fill in first: Account').waitFor();
  await accessible(page, 'nothing to choose');
  await page.keyboard.press('Escape');
  const account = page.getByRole('combobox', { name: 'Account' });
  await account.click();
  await option(page, 'Bolt').waitFor();
  const asked = [];
  page.on('request', (request) => request.url().includes('/records/crm.account?') && asked.push(request.url()));
  await account.pressSequentially('Acme', { delay: 40 });
  await option(page, 'Bolt').waitFor({ state: 'detached' });
  assert.equal(asked.length, 1, 'asked once, when the typing is over');
  assert.match(decodeURIComponent(asked[0]), /fields=id,/, 'no more than what names a record');
  await option(page, 'Acme').click();
  await chief.click();
  await option(page, 'Ann of Acme').waitFor();
  assert.equal(await option(page, 'of Bolt').count(), 0);
  await shoot(page, 'lookup');
  await accessible(page, 'lookup');
  await option(page, 'Ben of Acme').click();
  await page.getByLabel('Name*').fill('Cyd of Acme');
  await page.getByLabel('Phone').fill('+86 21 5555 0001');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Cyd of Acme' }).waitFor();
  await page.goto('/records/crm.contact/new');
  await page.getByRole('combobox', { name: 'Account' }).click();
  await page.getByText('used last').waitFor();
  await accessible(page, 'used last');
  await shoot(page, 'lookup-recent');
  sound(wrong);
  await context.close();
});

test('options and marks follow the record as it stands', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new');
  const options = page.locator('.ant-select-item-option:visible');
  const offers = async (expected, why) => {
    // What is about to close is not what opens, and what opens is not there at once.
    await options.first().waitFor({ state: 'hidden' });
    await page.getByRole('combobox', { name: 'Delivery' }).click();
    await option(page, 'By carrier').waitFor();
    await settled(page);
    await becomes(() => options.allInnerTexts(), expected, why);
    await page.keyboard.press('Escape');
    await options.first().waitFor({ state: 'hidden' });
  };
  await offers(['Collected', 'By post', 'By carrier']);
  // Stars are walked by keys, and taken back.
  const stars = page.locator('[data-field=stars] [data-on]');
  await page.getByRole('radio', { name: '1 of 5' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelectorAll('[data-field=stars] [data-on]').length === 2);
  await page.keyboard.press('Delete');
  await stars.first().waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Delivery' }).click();
  await option(page, 'By post').click();
  await page.getByRole('switch', { name: 'Fragile' }).click();
  await page.locator('label', { hasText: 'Packing*' }).waitFor();
  await offers(['Collected', 'By post', 'By carrier'], 'what was chosen stays to be seen');
  await page.getByLabel('Name', { exact: false }).first().fill('Vase');
  await page.getByLabel('Packing').fill('a box');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[data-field=delivery]').getByRole('alert').waitFor();
  await page.getByRole('combobox', { name: 'Delivery' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByRole('combobox', { name: 'Delivery' }).click();
  await option(page, 'By carrier').click();
  await offers(['Collected', 'By carrier']);
  sound(wrong);
  await context.close();
});

test('a record is chosen from a table, and made where it is missing', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new');
  const place = page.getByRole('combobox', { name: 'Place', exact: true });
  await place.click();
  await option(page, 'Hall H1').waitFor();
  assert.equal(await option(page, 'Hall H3').count(), 0, 'closed halls are not offered');
  await option(page, 'Show as a table').click();
  const table = page.getByRole('dialog', { name: 'Places to choose from' });
  await table.getByLabel('Search Places').fill('H2');
  await table.getByRole('row', { name: /Hall H1/ }).waitFor({ state: 'detached' });
  await accessible(page, 'lookup table');
  await shoot(page, 'lookup-table');
  await table.getByRole('radio', { name: 'Choose Hall H2' }).click();
  await table.waitFor({ state: 'detached' });
  await page.locator('[data-field=place]').getByText('Hall H2').waitFor();
  // By keys alone: open, to the end of the entries, create.
  await place.focus();
  await page.keyboard.press('ArrowDown');
  await option(page, 'New Place').waitFor();
  await place.pressSequentially('Annex');
  await page.getByText('Nothing found').filter({ visible: true }).waitFor();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'New Place' });
  await sheet.getByLabel('Code*').fill('AX');
  await becomes(() => sheet.getByLabel('Name*').inputValue(), 'Annex', 'the words that were typed are its name');
  await accessible(page, 'made inline');
  await shoot(page, 'lookup-create');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await sheet.waitFor({ state: 'detached' });
  await page.locator('[data-field=place]').getByText('Annex').waitFor();
  await page.getByLabel('Name*').fill('In the annex');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /In the annex/ }).waitFor();
  await page.locator('[data-field=place]').getByText('Annex').waitFor();
  sound(wrong);
  await context.close();
});

test('what was typed is still there after a crash, a way out, and a session that ended', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new', { size: PHONE });
  await page.getByLabel('Name*').fill('Half a vase');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.locator('[data-field="lines.0.name"] input').fill('Clay');
  await page.reload();
  await page.getByText(/You have an unsaved draft of \d\d:\d\d/).waitFor();
  assert.equal(await page.getByLabel('Name*').inputValue(), '');
  await accessible(page, 'draft');
  await shoot(page, 'draft-phone');
  await page.getByRole('button', { name: 'Take it up' }).click();
  await becomes(() => page.getByLabel('Name*').inputValue(), 'Half a vase');
  await becomes(() => page.locator('[data-field="lines.0.name"] input').inputValue(), 'Clay');
  // The session ends under his hands.
  await context.clearCookies();
  await page.locator('[data-field=price] input').fill('12');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL('**/sign-in?**');
  await page.locator('input[autocomplete=username]').fill('curator');
  await page.locator('input[autocomplete=current-password]').fill('green-River-2026');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Take it up' }).click();
  await becomes(() => page.locator('[data-field=price] input').inputValue(), '12');
  // Not wanted any more, or so it seems.
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('What you typed is discarded').waitFor();
  await page.getByRole('heading', { name: 'Pieces' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Take it up' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /Half a vase/ }).waitFor();
  await page.goto('/records/showcase.piece/new');
  await page.getByLabel('Name*').waitFor();
  assert.equal(await page.getByText('unsaved draft').count(), 0, 'what is saved is no draft');
  // Somebody else at this browser finds nothing of it.
  await page.getByLabel('Name*').fill('Mine');
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes('.draft.')));
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.draft.')));
  assert.deepEqual(kept, []);
  sound(wrong);
  await context.close();
});

test('two people change one record, and nothing of either is lost', async () => {
  const made = await server.api('POST', '/records/showcase.piece', {
    name: 'A jar',
    price: '10',
    lines: [
      { name: 'Clay', quantity: '1', price: '2' },
      { name: 'Glaze', quantity: '1', price: '3' },
    ],
  });
  const edit = `/records/showcase.piece/${made.id}/edit`;
  const one = await as('curator', edit);
  const other = await as('dora', edit, { dark: true });
  const line = (page, at, part) => page.locator(`[data-field="lines.${at}.${part}"] input`);
  await other.page.locator('[data-field=price] input').fill('20');
  await line(other.page, 1, 'price').fill('7');
  await other.page.getByRole('button', { name: 'Save' }).click();
  await other.page.getByRole('link', { name: 'Edit' }).waitFor();
  // Other fields, other lines: nobody is asked.
  await one.page.getByLabel('Name*').fill('A large jar');
  await line(one.page, 0, 'quantity').fill('5');
  await one.page.getByRole('button', { name: 'Save' }).click();
  await one.page.getByText('Saved together with what others changed').waitFor();
  await one.page.getByRole('heading', { name: /A large jar/ }).waitFor();
  const both = await server.api('GET', `/records/showcase.piece/${made.id}?expand=lines`);
  const of = (row) => [row.name, row.price, ...row.lines.map((each) => `${each.name} ${each.quantity} ${each.price}`)];
  assert.deepEqual(of(both), ['A large jar', '20.00', 'Clay 5 2.00', 'Glaze 1 7.00']);
  // The same field, the same line.
  await one.page.goto(edit);
  await other.page.goto(edit);
  await other.page.locator('[data-field=price] input').fill('30');
  await other.page.getByLabel('Name*').fill('Their jar');
  await line(other.page, 0, 'name').fill('Their clay');
  await other.page.getByRole('button', { name: 'Save' }).click();
  await other.page.getByRole('heading', { name: /Their jar/ }).waitFor();
  await one.page.locator('[data-field=price] input').fill('40');
  await one.page.getByLabel('Name*').fill('My jar');
  await one.page.getByRole('button', { name: 'Remove line 1' }).click();
  await one.page.getByRole('button', { name: 'Save' }).click();
  const dialog = one.page.getByRole('dialog', { name: 'Changed by two people' });
  await dialog.getByRole('radio', { name: /Dora.*¥30.00/ }).waitFor();
  await accessible(one.page, 'merge');
  await shoot(one.page, 'merge');
  // Back, and nothing is lost.
  await dialog.getByRole('button', { name: 'Back to the form' }).click();
  assert.equal(await one.page.getByLabel('Name*').inputValue(), 'My jar');
  await one.page.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('radio', { name: /Dora.*¥30.00/ }).check();
  await dialog.getByRole('group', { name: /Lines/ }).getByRole('radio', { name: /Dora/ }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await one.page.getByRole('heading', { name: /My jar/ }).waitFor();
  const merged = await server.api('GET', `/records/showcase.piece/${made.id}?expand=lines`);
  assert.deepEqual(of(merged), ['My jar', '30.00', 'Glaze 1 7.00', 'Their clay 5 2.00']);
  for (const { wrong, context } of [one, other]) {
    sound(wrong);
    await context.close();
  }
});

test('a formatted text is written, kept and shown, and harms nobody', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('With a story');
  await page.getByRole('button', { name: 'Texts' }).click();
  const story = page.getByRole('textbox', { name: 'Story' });
  await story.click();
  await page.keyboard.type('Made in ');
  await page.getByRole('button', { name: 'Bold' }).click();
  await page.keyboard.type('Jingdezhen');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await page.keyboard.type('blue');
  await page.keyboard.press('Enter');
  await page.keyboard.type('white');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Table' }).click();
  await page.keyboard.type('Height');
  await page.getByRole('button', { name: 'Link' }).focus();
  await page.keyboard.press('ArrowLeft');
  await becomes(() => page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Table');
  await accessible(page, 'editor');
  await story.scrollIntoViewIfNeeded();
  await shoot(page, 'rich-text');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /With a story/ }).waitFor();
  await page.getByRole('button', { name: 'Texts' }).click();
  const shown = page.locator('[data-field=story]');
  await shown.locator('strong', { hasText: 'Jingdezhen' }).waitFor();
  await becomes(() => shown.locator('li').allInnerTexts(), ['blue', 'white']);
  await becomes(() => shown.locator('th').first().innerText(), 'Height');
  await accessible(page, 'formatted text');
  await shoot(page, 'rich-text-shown');
  const hostile = await server.api('POST', '/records/showcase.piece', {
    name: 'Harm',
    story:
      '<script>window.harmed = 1</script>\n\n<img src=x onerror="window.harmed = 2"> [press](javascript:window.harmed=3)',
  });
  await page.goto(`/records/showcase.piece/${hostile.id}`);
  await page.getByRole('button', { name: 'Texts' }).click();
  await shown.getByText('onerror').waitFor();
  assert.equal(await shown.locator('script, img, a').count(), 0, 'markup is words');
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  // Its source is edited as it is: the editor would write it back without what it does not show.
  await page.goto(`/records/showcase.piece/${hostile.id}/edit`);
  await page.getByRole('button', { name: 'Texts' }).click();
  await page.getByText('it is written as Markdown').waitFor();
  assert.match(await shown.locator('textarea').inputValue(), /^<script>/);
  sound(wrong);
  await context.close();
});

test('five hundred lines are filled in like a sheet', async () => {
  const lines = Array.from({ length: 480 }, (_, at) => ({ name: `Line ${at}`, quantity: '1', price: '2' }));
  const made = await server.api('POST', '/records/showcase.piece', { name: 'Many lines', lines });
  const { page, wrong, context } = await as('curator', `/records/showcase.piece/${made.id}/edit`);
  const cell = (at, part) => page.locator(`[data-field="lines.${at}.${part}"] input`);
  const foot = page.locator('[data-field=lines] tfoot');
  await foot.getByText('¥960').waitFor();
  assert.ok(
    (await page.locator('[data-field=lines] tbody tr').count()) < 60,
    'only the lines in sight are in the page',
  );
  await cell(0, 'quantity').fill('11');
  await foot.getByText('¥980').waitFor();
  // Enter and the arrows walk down and up.
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.waitForFunction(() => document.activeElement.closest('[data-field="lines.1.quantity"]') !== null);
  // A block of a spreadsheet over the last line and beyond it.
  await page.locator('[data-many]').evaluate((box) => box.scrollTo(0, 1e6));
  await cell(479, 'name').focus();
  const block = Array.from({ length: 20 }, (_, at) => `Pasted ${at}\t3\t¥1,000.00`).join('\r\n');
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, block);
  await foot.getByText('¥60,978').waitFor();
  await accessible(page, 'many lines');
  await shoot(page, 'many-lines');
  await page.getByRole('button', { name: 'Remove line 480' }).click();
  await foot.getByText('¥57,978').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Edit' }).waitFor();
  const kept = await server.api('GET', `/records/showcase.piece/${made.id}?expand=lines`);
  assert.deepEqual([kept.lines.length, kept.total], [498, '57978.00']);
  // What is wrong far below comes into sight.
  await page.getByRole('link', { name: 'Edit' }).click();
  await cell(0, 'name').waitFor();
  await page.locator('[data-many]').evaluate((box) => box.scrollTo(0, 1e6));
  await cell(497, 'name').fill('');
  await page.locator('[data-many]').evaluate((box) => box.scrollTo(0, 0));
  await cell(0, 'name').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[data-field="lines.497.name"]').getByRole('alert').waitFor();
  sound(wrong);
  await context.close();
});

test('a record is made from anywhere, or begun there', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece');
  await page.getByRole('button', { name: 'New record' }).waitFor();
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog', { name: 'New record' });
  await dialog.getByLabel('Name*').fill('Made quickly');
  await accessible(page, 'quick create');
  await shoot(page, 'quick');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/P-\d+ Made quickly is created/).waitFor();
  await page.getByRole('button', { name: 'New record' }).click();
  await dialog.getByLabel('Name*').fill('Begun quickly');
  await dialog.getByText('Open the whole form').click();
  await page.waitForURL('**/records/showcase.piece/new');
  assert.equal(await page.getByLabel('Name*').inputValue(), 'Begun quickly');
  await page.locator('[data-field=price] input').fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /Begun quickly/ }).waitFor();
  sound(wrong);
  await context.close();
});

test('an address is chosen step by step, also on a phone', async () => {
  const { page, wrong, context } = await as('curator', '/records/showcase.piece/new', { size: PHONE, locale: 'zh-CN' });
  await page.getByLabel('名称*').fill('有地址');
  const address = page.locator('[data-field=address]');
  await address.getByRole('combobox', { name: '省 / 市 / 区县' }).click();
  for (const step of ['江苏省', '苏州市', '昆山市'])
    await page.locator(`.ant-cascader-menu-item[title="${step}"]`).click();
  await accessible(page, 'cascade');
  await shoot(page, 'address-phone');
  await page.keyboard.press('Escape');
  await address.getByLabel('街道门牌').fill('前进路 1 号');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('heading', { name: /有地址/ }).waitFor();
  await address.getByText('江苏省苏州市昆山市前进路 1 号').waitFor();
  sound(wrong);
  await context.close();
});
