// What people see of flows: boxes that are narrowed down and worked by keys, the way of a record before it is submitted,
// the trace of what runs, on paper too, and tasks that are approved from where somebody is told of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, settled, shoot, sound } from './browser.mjs';
import { callers, requests } from './callers.mjs';
import { serve } from './server.mjs';

let server, browser, asks, running, task, act;

before(async () => {
  server = await serve(['definitions/base', 'examples/flows', 'examples/approvers'], { demo: true });
  ({ asks } = await callers(server, ['ann', 'bob', 'cat', 'gil', 'dan', 'xu.qing', 'lu.min']));
  ({ running, task, act } = requests(asks));
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const state = async (instance) => (await server.api('GET', `/instances/${instance}`)).state;
const button = (page, name) => page.getByRole('button', { name, exact: true });
const said = (page, words) => page.getByRole('log').getByText(words, { exact: true });
/** The titles that a box shows. */
const titles = (page) => page.locator('[data-task] strong').allTextContents();
const progress = (page) => page.getByRole('region', { name: 'Progress' });
/** A step of a tree, by what it is called. */
const step = (tree, name) =>
  tree
    .getByRole('listitem')
    .filter({ has: tree.page().getByText(name, { exact: true }) })
    .last();

/** Chooses somebody who is offered by name. */
async function choose(page, dialog, label, name) {
  await dialog.getByRole('combobox', { name: label }).fill(name);
  await page.locator('.ant-select-item-option').filter({ visible: true, hasText: name }).first().click();
}

test('a box is narrowed down, and worked by keys', async () => {
  const wanted = await running('any_of', 'Three lamps');
  for (const subject of ['Lamp oil', 'A ladder']) await running('desk', subject);
  await running('any_of', 'Lamp shades');
  // Who decides here has tasks of both flows.
  await act(
    'bob',
    (await asks.bob('GET', '/tasks?box=todo')).tasks.find((one) => one.record.title === 'Lamp oil').instance,
    'approve',
  );
  const { page, wrong, context } = await arrive(browser, server, 'dan', { path: '/approvals/todo' });
  await becomes(async () => (await titles(page)).sort(), ['Lamp oil', 'Lamp shades', 'Three lamps']);
  // Keys are told where somebody asks for them.
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.getByText('Approve, or say that it is done').waitFor();
  await accessible(page, 'the keys of the inbox');
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('shades');
  await becomes(() => titles(page), ['Lamp shades']);
  assert.match(page.url(), /q=shades/, 'the address says what is looked for');
  await page.getByRole('searchbox').fill('');
  await button(page, 'Overdue').click();
  await page.getByText('Nothing matches the filters').waitFor();
  await accessible(page, 'a box in which nothing matches');
  await button(page, 'Clear the filters').click();
  await becomes(async () => (await titles(page)).length, 3);
  await button(page, 'Filter').click();
  const filters = page.getByRole('group', { name: 'Filter' });
  await choose(page, filters, 'Workflow', 'Everything is allowed');
  await becomes(() => titles(page), ['Lamp oil']);
  const from = filters.getByLabel('From');
  await from.fill('2030-01-01');
  await from.press('Enter');
  await becomes(() => titles(page), []);
  await from.fill('2020-01-01');
  await from.press('Enter');
  await choose(page, filters, 'Started by', 'Ann');
  await becomes(() => titles(page), ['Lamp oil']);
  await settled(page);
  await accessible(page, 'the filters of a box');
  await shoot(page, 'inbox-filters');
  await page.keyboard.press('Escape');
  for (const name of ['Everything is allowed', '≥ 2020-01-01', 'Ann'])
    await button(page, `Remove the filter ${name}`).click();
  await becomes(async () => (await titles(page)).length, 3);
  // What is marked by keys is decided together, and what was not asked for stays.
  await page.locator('[data-task]', { hasText: 'Lamp shades' }).focus();
  await page.keyboard.press('x');
  await page.locator('[data-task]', { hasText: 'Three lamps' }).focus();
  await page.keyboard.press('x');
  await page.getByText('2 marked').waitFor();
  await button(page, 'Reject together').click();
  const dialog = page.getByRole('dialog', { name: 'Reject 2 tasks' });
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('There are enough');
  await button(dialog, 'Reject').click();
  await said(page, 'Rejected 2 tasks').waitFor();
  assert.equal(await state(wanted), 'rejected');
  await becomes(() => titles(page), ['Lamp oil']);
  // Another box keeps what it knows of the filter.
  await page.getByRole('searchbox').fill('shades');
  await becomes(() => titles(page), []);
  await page.getByRole('link', { name: 'Done', exact: true }).click();
  await becomes(() => titles(page), ['Lamp shades']);
  sound(wrong);
  await context.close();
});

test('what changed since it was seen is not approved together, nor where it is told', async () => {
  const flows = { Pens: await running('desk', 'Pens'), Ink: await running('desk', 'Ink') };
  const records = {};
  for (const [name, flow] of Object.entries(flows))
    records[name] = (await server.api('GET', `/instances/${flow}`)).record;
  const { page, wrong, context } = await arrive(browser, server, 'bob', { path: '/approvals/todo?q=n' });
  await becomes(async () => (await titles(page)).filter((one) => one in flows).sort(), ['Ink', 'Pens']);
  for (const name of ['Pens', 'Ink']) {
    await page.locator('[data-task]', { hasText: name }).focus();
    await page.keyboard.press('x');
  }
  await page.getByText('2 marked').waitFor();
  const change = (name) => server.api('PATCH', `/records/flows.request/${records[name].id}`, { amount: '9000.00' });
  await change('Ink');
  await button(page, 'Approve together').click();
  const dialog = page.getByRole('dialog', { name: 'Approve 2 tasks' });
  await button(dialog, 'Approve').click();
  await dialog.getByText('changed in the meantime').waitFor();
  await accessible(page, 'what was not approved together');
  await dialog.getByRole('link', { name: 'Ink' }).click();
  await page.waitForURL('**/approvals/todo/*');
  await page.getByText('9,000').first().waitFor();
  const first = async (name) => (await server.api('GET', `/instances/${flows[name]}`)).path[0].state;
  assert.deepEqual([await first('Pens'), await first('Ink')], ['taken', 'waiting']);
  // The tray was read before the record is changed once more.
  await page.goto('/me');
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await button(page, 'Approve: Ink').waitFor();
  await server.api('PATCH', `/records/flows.request/${records.Ink.id}`, { note: 'Blue' });
  await button(page, 'Approve: Ink').click();
  await said(page, /changed in the meantime/).waitFor();
  await page.waitForURL('**/approvals/todo/*');
  await page.getByText('Blue').first().waitFor();
  assert.equal(await first('Ink'), 'waiting');
  sound(wrong);
  await context.close();
});

test('the way of a record is seen before it is submitted, traced while it is gone, and printed', async () => {
  const { id } = await asks['xu.qing']('POST', '/records/approvers.purchase', { name: 'Steel', amount: 60000 });
  const { page, wrong, context } = await arrive(browser, server, 'xu.qing', {
    path: `/records/approvers.purchase/${id}`,
  });
  await button(page, 'Submit for approval').click();
  await page.getByRole('menuitem', { name: 'The initiator names people' }).click();
  const dialog = page.getByRole('dialog', { name: 'Submit: The initiator names people' });
  const way = dialog.getByRole('region', { name: 'The way ahead' });
  await step(way, 'Superior').getByText('陆敏').waitFor();
  await step(way, 'Superior').getByText('superior of the initiator').waitFor();
  await step(way, 'Legal department').getByText('to be named').waitFor();
  await way.getByText('Otherwise · not taken').waitFor();
  await way.getByText('Ends: approved').waitFor();
  assert.ok(await button(dialog, 'Submit for approval').isDisabled(), 'somebody is to be named');
  await accessible(page, 'the way ahead');
  // Who is named is foreseen, among those whom the step takes.
  await dialog.getByRole('combobox', { name: /^People for Legal department/ }).click();
  const offered = page.locator('.ant-select-item-option:not(:has(small))').filter({ visible: true });
  await becomes(() => offered.allTextContents().then((all) => all.filter((one) => /^[宋唐]/.test(one)).length), 2);
  await offered.filter({ hasText: '唐二' }).click();
  await step(way, 'Legal department').getByText('唐二').waitFor();
  await settled(page);
  await shoot(page, 'preview-picked');
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('For the bridge');
  await button(dialog, 'Submit for approval').click();
  await said(page, 'It is on its way').waitFor();
  await page.getByRole('status').getByRole('link').click();
  await page.waitForURL('**/approvals/started/*');
  const tree = progress(page);
  await step(tree, 'Superior').getByText('open', { exact: true }).waitFor();
  // What lies ahead stands in the same tree.
  await step(tree, 'Legal department').getByText('唐二').waitFor();
  assert.equal(await step(tree, 'Superior').getAttribute('aria-current'), 'step');
  await tree.getByText('“For the bridge”').or(tree.getByText('For the bridge')).first().waitFor();
  await accessible(page, 'a trace with what lies ahead');
  await shoot(page, 'trace-predicted');
  const todo = (await asks['lu.min']('GET', '/tasks?box=todo')).tasks;
  await asks['lu.min']('POST', `/tasks/${todo[0].id}/approve`, { comment: 'Well chosen' });
  await page.reload();
  await step(tree, 'Superior').getByText('Well chosen').waitFor();
  await step(tree, 'Legal department').getByText('open', { exact: true }).waitFor();
  // On white paper stands the flow, and nothing that can be pressed.
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await tree.waitFor();
  for (const part of [
    page.getByRole('navigation'),
    page.getByRole('search'),
    button(page, 'Urge'),
    button(page, 'Print'),
  ])
    await becomes(() => part.filter({ visible: true }).count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  const over = await page.evaluate(
    () => document.querySelector('main').scrollHeight - document.querySelector('main').clientHeight,
  );
  assert.equal(over, 0, 'nothing is cut off');
  await shoot(page, 'trace-print');
  sound(wrong);
  await context.close();
});

test('returns, branches and what changed meanwhile are seen on a phone', async () => {
  const { id } = await asks.ann('POST', '/records/flows.request', { subject: 'A van', amount: '48000.00' });
  const flow = (await asks.ann('POST', '/workflows/flows.returns/instances', { record: id })).id;
  for (const login of ['cat', 'bob']) await act(login, flow, 'approve');
  await act('gil', flow, 'return', { to: 'one', comment: 'Which colour?' });
  await server.api('PATCH', `/records/flows.request/${id}`, { note: 'A blue one', amount: '52000.00' });
  const { page, wrong, context } = await arrive(browser, server, 'bob', {
    size: PHONE,
    dark: true,
    path: '/approvals/todo',
  });
  await page.getByRole('link', { name: /A van/ }).click();
  const changed = page.getByRole('region', { name: 'Changed since you last saw it' });
  await changed.getByText('A blue one').waitFor();
  await changed.getByText('48,000').waitFor();
  const tree = progress(page);
  await step(tree, 'two').getByText('sent back once').waitFor();
  await step(tree, 'one').getByText('decided before, no longer counts').waitFor();
  await tree.getByText(/returned it → one/).waitFor();
  await accessible(page, 'a trace on a phone');
  await shoot(page, 'trace-phone');
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(over, 0, `${over} pixels hang over the edge`);
  await button(page, 'Approve').click();
  await said(page, 'Approved').waitFor();
  // Filters stand over the page here.
  await page.waitForURL('**/approvals/todo');
  await button(page, 'Filter').click();
  await page.getByRole('dialog', { name: 'Filter' }).getByLabel('Until').waitFor();
  await accessible(page, 'filters on a phone');
  await shoot(page, 'filters-phone');
  sound(wrong);
  await context.close();
});

test('a task is approved where somebody is told of it', async () => {
  const plain = await running('sequence', 'Envelopes');
  const urged = await running('sequence', 'Stamps');
  await asks.ann('POST', `/instances/${urged}/urge`, {});
  const [first] = (await server.api('GET', `/instances/${plain}`)).tasks;
  const login = first.assignee.login;
  const { page, wrong, context } = await arrive(browser, server, login, { path: '/me' });
  const bell = page.getByRole('button', { name: /^Notifications/ });
  await becomes(async () => {
    await bell.click();
    const told = await button(page, 'Approve: Stamps').count();
    if (told === 0) await page.reload();
    return told;
  }, 1);
  await button(page, 'Approve: Envelopes').waitFor();
  await accessible(page, 'the tray with tasks');
  await shoot(page, 'tray-tasks');
  await button(page, 'Approve: Stamps').click();
  await said(page, 'Approved').waitFor();
  await becomes(async () => (await server.api('GET', `/instances/${urged}`)).path[0].state, 'taken');
  await button(page, 'Approve: Stamps').waitFor({ state: 'detached' });
  await button(page, 'Open: Envelopes').click();
  await page.waitForURL('**/approvals/todo/*');
  await button(page, 'Approve').waitFor();
  sound(wrong);
  await context.close();
});
