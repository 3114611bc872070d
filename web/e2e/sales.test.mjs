// Sales on the phone: from a lead to an opportunity and its quote, which its owner submits and others approve.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, shoot, sound } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser, quote;

before(async () => {
  server = await serve(['definitions/base', 'definitions/crm']);
  const { api } = server;
  await person(server, 'dan', 'Dan Director', 'crm.sales_director');
  await person(server, 'mary', 'Mary Manager', 'crm.sales_manager');
  await person(server, 'sam', 'Sam Seller', 'crm.sales_rep');
  const users = (await api('GET', '/records/base.user?fields=id,login')).records;
  const id = (login) => users.find((one) => one.login === login).id;
  // A manager sees what belongs to the own department.
  const department = (await api('POST', '/records/base.department', { code: 'sales', name: 'Sales' })).id;
  for (const login of ['dan', 'mary']) await api('PATCH', `/records/base.user/${id(login)}`, { department });
  await api('PATCH', `/records/base.user/${id('sam')}`, { manager: id('mary'), department });
  const owner = id('sam');
  const make = (object, body) =>
    api('POST', `/records/crm.${object}`, { ...body, ...(object === 'product' ? {} : { owner }) });
  const account = await make('account', { name: 'Bolt Works', industry: 'machinery', territory: 'east' });
  const product = await make('product', {
    code: 'C-100',
    name: 'Controller',
    category: 'plc',
    unit: 'piece',
    list_price: '10000',
    standard_cost: '5000',
  });
  const opportunity = await make('opportunity', { name: 'A line', account: account.id });
  quote = await make('quote', {
    subject: 'Controllers for the line',
    opportunity: opportunity.id,
    account: account.id,
    lines: [{ product: product.id, quantity: '2', discount: '30' }],
  });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const on = (phone, login) => arrive(browser, server, login, { size: PHONE, dark: phone === 'dark' });

async function approves(login, look, subject) {
  const { page, wrong, context } = await on(look, login);
  await page.goto('/approvals/todo');
  await page.getByRole('link', { name: subject }).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await accessible(page, `${login} decides`);
  await shoot(page, `quote-${login}-${look}`);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits for you').waitFor();
  sound(wrong);
  await context.close();
}

test('a quote with a large discount is submitted, and approved twice, on phones', async () => {
  const { page, wrong, context } = await on('light', 'sam');
  await page.goto(`/records/crm.quote/${quote.id}`);
  await page.getByRole('button', { name: 'Submit for approval' }).waitFor();
  await accessible(page, 'a quote');
  await shoot(page, 'quote-draft');
  await page.getByRole('button', { name: 'Submit for approval' }).click();
  const way = page.getByRole('dialog', { name: /^Submit:/ });
  await way.getByText('Authority matrix', { exact: true }).waitFor();
  await accessible(page, 'the way of a quote');
  await shoot(page, 'quote-way');
  await way.getByRole('button', { name: 'Submit for approval' }).click();
  await page.getByRole('status').getByRole('link').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Submit for approval' }).count(), 0);
  await approves('mary', 'dark', /Controllers for the line/);
  assert.equal((await server.api('GET', `/records/crm.quote/${quote.id}`)).status, 'in_approval');
  await approves('dan', 'light', /Controllers for the line/);
  assert.equal((await server.api('GET', `/records/crm.quote/${quote.id}`)).status, 'approved');
  await page.reload();
  await page.getByText('Approved', { exact: true }).first().waitFor();
  await accessible(page, 'an approved quote');
  await shoot(page, 'quote-approved');
  sound(wrong);
  await context.close();
});

/** An entry of a list that is open. */
const option = (page, name) => page.locator('.ant-select-item-option', { hasText: name }).filter({ visible: true });

/** A page of the way is sound, and nothing of it hangs over the edge. */
async function looked(page, name) {
  await page.waitForLoadState('networkidle');
  await accessible(page, name);
  await shoot(page, `way-${name.replaceAll(' ', '-')}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(over, 0, `${name}: ${over} pixels hang over the edge`);
}

test('a lead becomes an opportunity, and its quote is approved, on phones', async () => {
  const { page, wrong, context } = await on('light', 'sam');
  const save = page.getByRole('button', { name: 'Save' });
  const dialog = page.getByRole('dialog');
  const stage = (name) => page.locator('[aria-current=step]', { hasText: name });

  // Whoever called is entered at once, by what there is; the whole form asks for the rest.
  await page.getByRole('button', { name: 'Menu' }).tap();
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'All leads' }).tap();
  await page.getByRole('heading', { name: 'Leads' }).waitFor();
  await page.getByRole('button', { name: 'New record' }).tap();
  await dialog.getByLabel('Name*').fill('Lee Chen');
  await dialog.getByLabel('Company*').fill('River Motors');
  await dialog.getByRole('button', { name: 'Save' }).tap();
  await dialog.locator('[data-field=source]').getByText('Source is needed').waitFor();
  await dialog.getByText('A lead needs a mobile number or an e-mail').waitFor();
  await looked(page, 'a lead in short');
  await dialog.getByRole('link', { name: 'Open the whole form' }).tap();
  await dialog.waitFor({ state: 'detached' });
  await save.tap();
  await page.locator('[data-field=source]').getByText('Source is needed').waitFor();
  await page.locator('[data-field=mobile]').getByText('A lead needs a mobile number or an e-mail').waitFor();
  await looked(page, 'a lead that lacks something');
  await page.getByLabel('Source*').tap();
  await option(page, 'Website').tap();
  await page.getByLabel('Mobile').fill('13800001234');
  await save.tap();
  await page.getByRole('heading', { name: 'Lee Chen · River Motors' }).waitFor();
  await looked(page, 'a lead');

  // A move that needs more asks for it.
  await page.getByRole('button', { name: 'Contacted' }).tap();
  await stage('Contacted').waitFor();
  await page.getByRole('button', { name: 'Qualify' }).tap();
  await dialog.getByRole('button', { name: 'Qualify' }).tap();
  await dialog.getByText('Industry is needed').waitFor();
  await looked(page, 'a move that asks');
  await dialog.getByLabel('Industry').tap();
  await option(page, 'Automotive').tap();
  await dialog.getByLabel('Budget').fill('200000');
  await dialog.getByRole('button', { name: 'Qualify' }).tap();
  await stage('Qualified').waitFor();
  // An action asks for what it takes, with what is usual filled in.
  await page.getByRole('button', { name: 'Convert', exact: true }).tap();
  await dialog.getByLabel('Name of the opportunity').fill('River Motors, first line');
  assert.ok(await dialog.getByLabel('Create an opportunity').isChecked());
  await looked(page, 'an action that asks');
  await dialog.getByRole('button', { name: 'Convert', exact: true }).tap();
  await stage('Converted').waitFor();
  await page.getByRole('link', { name: 'Account River Motors' }).waitFor();
  await looked(page, 'a converted lead');

  await page.getByRole('link', { name: /^Opportunity River Motors/ }).tap();
  await page.getByRole('button', { name: 'Start the solution' }).tap();
  await stage('Solution').waitFor();
  await page.getByRole('link', { name: 'Edit' }).tap();
  await page.getByRole('button', { name: 'Add a line' }).tap();
  await page.locator('[data-field="lines.0.product"] input').tap();
  await option(page, 'Controller').tap();
  await page.locator('[data-field="lines.0.quantity"] input').fill('3');
  await looked(page, 'products of an opportunity');
  await save.tap();
  // The price came from the product.
  await page.getByText('¥30,000.00').first().waitFor();
  await page.getByRole('button', { name: 'Propose' }).tap();
  await dialog.getByLabel('Close date').fill('2027-03-31');
  await dialog.getByLabel('Close date').press('Tab');
  await dialog.getByRole('button', { name: 'Propose' }).tap();
  await stage('Proposal').waitFor();
  await looked(page, 'an opportunity');

  await page.getByRole('button', { name: 'Create a quote' }).tap();
  await dialog.getByRole('button', { name: 'Create a quote' }).tap();
  await page.getByRole('link', { name: /^Quote QT-/ }).tap();
  await page.getByRole('heading', { name: /^QT-.*River Motors/ }).waitFor();
  await page.getByRole('link', { name: 'Edit' }).tap();
  await page.locator('[data-field="lines.0.discount"] input').fill('18');
  await looked(page, 'lines of a quote');
  await save.tap();
  await page.getByText('¥24,600.00').first().waitFor();
  await page.getByRole('button', { name: 'Submit for approval' }).tap();
  await dialog.getByText('Authority matrix', { exact: true }).waitFor();
  await looked(page, 'the way of a quote');
  await dialog.getByRole('button', { name: 'Submit for approval' }).tap();
  await page.getByRole('status').getByRole('link').waitFor();
  await looked(page, 'a quote in approval');
  await approves('mary', 'dark', /River Motors/);
  await page.reload();
  await stage('Approved').waitFor();
  // The way back: the opportunity tells of its quote.
  await page.locator('[data-field=opportunity]').getByRole('link').tap();
  await page.getByRole('link', { name: /^QT-/ }).waitFor();
  await looked(page, 'an opportunity with its quote');
  sound(wrong);
  await context.close();
});

test('what the rules leave to people is begun at the press of a button', async () => {
  const tender = await server.api('POST', '/records/crm.tender', {
    number: 'T-1',
    subject: 'Conveyors',
    buyer: 'Harbour Logistics',
    industry: 'logistics',
    budget: '90000',
    closes_on: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
    contact_email: 'buyer@harbour.example',
  });
  const { page, wrong, context } = await arrive(browser, server, 'dan', { path: `/records/crm.tender/${tender.id}` });
  const follow = page.getByRole('button', { name: 'Follow the tender' });
  await follow.waitFor();
  // It is no approval.
  assert.equal(await page.getByRole('button', { name: /^Submit/ }).count(), 0);
  await accessible(page, 'a tender');
  await shoot(page, 'tender');
  await follow.click();
  await page.getByRole('link', { name: /Harbour Logistics/ }).waitFor();
  // It begins only where its condition holds.
  await becomes(() => follow.count(), 0);
  await shoot(page, 'tender-followed');
  sound(wrong);
  await context.close();
});
