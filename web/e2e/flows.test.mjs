// What people do with tasks: they decide, do, lend, give away, ask others, return and take back, by mouse, by touch and by
// keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, open, settled, shoot, sound } from './browser.mjs';
import { callers, requests } from './callers.mjs';
import { serve } from './server.mjs';

let server, browser, asks, running, task, act;

before(async () => {
  server = await serve(['definitions/base', 'examples/flows'], { demo: true });
  ({ asks } = await callers(server));
  ({ running, task, act } = requests(asks));
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Who a flow waits for, in the order of their names. */
const waits = async (instance) => {
  const { tasks } = await server.api('GET', `/instances/${instance}`);
  const names = tasks.filter(({ state, kind }) => state === 'open' && kind !== 'cc').map((one) => one.assignee.title);
  return names.sort();
};
const state = async (instance) => (await server.api('GET', `/instances/${instance}`)).state;

/** Somebody before an open task. */
async function facing(login, instance, { box = 'todo', ...options } = {}) {
  const { id } = await task(login, instance);
  return arrive(browser, server, login, { ...options, path: `/approvals/${box}/${id}` });
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const said = (page, words) => page.getByRole('log').getByText(words, { exact: true });

/** Chooses something under "More", and waits for its dialog. */
async function more(page, name) {
  await button(page, 'More').click();
  await page.getByRole('menuitem', { name }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  await settled(page);
  return dialog;
}

/** Chooses somebody by name, once nobody else is offered: until then the list moves. */
async function choose(page, dialog, label, name) {
  await dialog.getByRole('combobox', { name: label }).fill(name);
  const offered = page.locator('.ant-select-item-option').filter({ visible: true });
  const found = offered.filter({ hasText: name });
  // Beside the person stands the way to the table.
  await becomes(
    async () => [await found.count(), await found.locator('small').count(), await offered.count()],
    [1, 0, 2],
  );
  await found.click();
}

/** Nothing hangs over the edge. */
async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(over, 0, `${name}: ${over} pixels hang over the edge`);
}

test('a task is given to somebody else, and others are told', async () => {
  const flow = await running('desk', 'A printer for the office');
  const { page, wrong, context } = await facing('bob', flow);
  await button(page, 'Approve').waitFor();
  await button(page, 'More').click();
  await page.getByRole('menuitem', { name: 'Give to somebody' }).waitFor();
  await accessible(page, 'what can be done with a task');
  await shoot(page, 'flows-more');
  await page.keyboard.press('Escape');
  let dialog = await more(page, 'Tell somebody');
  await choose(page, dialog, 'People', 'Gil');
  await choose(page, dialog, 'People', 'Cat');
  await page.keyboard.press('Escape');
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('As we said');
  await button(dialog, 'Tell somebody').click();
  await said(page, 'They are told').waitFor();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await asks.gil('GET', '/tasks?box=cc')).tasks.length, 1);
  dialog = await more(page, 'Give to somebody');
  assert.ok(await button(dialog, 'Give to somebody').isDisabled(), 'nobody is chosen yet');
  await choose(page, dialog, 'Person', 'Gil');
  await accessible(page, 'giving a task away');
  await shoot(page, 'flows-transfer');
  await button(dialog, 'Give to somebody').click();
  await said(page, 'Given to somebody else').waitFor();
  await page.waitForURL('**/approvals/todo');
  await page.getByText('Nothing waits for you').waitFor();
  await becomes(() => waits(flow), ['Gil']);
  sound(wrong);
  await context.close();
  // Who got it sees how it came there.
  const other = await facing('gil', flow);
  await other.page
    .getByText(/given by somebody else/)
    .first()
    .waitFor();
  await other.page.getByText(/gave the task to somebody else/).waitFor();
  sound(other.wrong);
  await other.context.close();
});

test('a task is lent on a phone, and given back with a word', async () => {
  const flow = await running('desk', 'New chairs');
  const lender = await facing('bob', flow, { size: PHONE });
  const dialog = await more(lender.page, 'Let somebody act');
  await choose(lender.page, dialog, 'Person', 'Gil');
  await accessible(lender.page, 'lending a task on a phone');
  await shoot(lender.page, 'flows-delegate-phone');
  await fits(lender.page, 'lending a task');
  await button(dialog, 'Let somebody act').click();
  await said(lender.page, 'Somebody else acts now').waitFor();
  await becomes(() => waits(flow), ['Gil']);
  const { page, wrong, context } = await facing('gil', flow, { size: PHONE, dark: true });
  await button(page, 'Give back').waitFor();
  assert.equal(await button(page, 'Approve').count(), 0, 'who acts for somebody else does not decide');
  await page
    .getByText(/acts for somebody else/)
    .first()
    .waitFor();
  await page.getByRole('textbox', { name: 'Comment' }).fill('Buy the blue ones');
  await accessible(page, 'a lent task');
  await shoot(page, 'flows-lent-phone');
  await fits(page, 'a lent task');
  await button(page, 'Give back').click();
  await said(page, 'Given back').waitFor();
  await page.waitForURL('**/approvals/todo');
  await becomes(() => waits(flow), ['Bob']);
  await lender.page.goto(`/approvals/todo/${(await task('bob', flow)).id}`);
  await lender.page.getByText('Buy the blue ones').waitFor();
  await button(lender.page, 'Approve').waitFor();
  sound([...wrong, ...lender.wrong]);
  await context.close();
  await lender.context.close();
});

test('further people are asked before and after, and taken off', async () => {
  const flow = await running('desk', 'A coffee machine');
  const { page, wrong, context } = await facing('bob', flow);
  let dialog = await more(page, 'Ask further people');
  await choose(page, dialog, 'People', 'Gil');
  await page.keyboard.press('Escape');
  await dialog.getByRole('radio', { name: 'After me' }).check();
  await accessible(page, 'asking further people');
  await shoot(page, 'flows-add');
  await button(dialog, 'Ask further people').click();
  await said(page, 'Further people are asked').waitFor();
  await dialog.waitFor({ state: 'detached' });
  const added = page.getByRole('listitem').filter({ hasText: /^GGil.*asked by Bob.*waits for its turn/ });
  await added.first().waitFor();
  // Who is asked already is not offered again, and is taken off here.
  dialog = await more(page, 'Take somebody off');
  await dialog.getByRole('radio', { name: /Gil/ }).check();
  await accessible(page, 'taking somebody off');
  await shoot(page, 'flows-remove');
  await button(dialog, 'Take somebody off').click();
  await said(page, 'Taken off').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await added.first().waitFor({ state: 'detached' });
  await page.getByText(/asked further people/).waitFor();
  await page.getByText(/took somebody off/).waitFor();
  dialog = await more(page, 'Ask further people');
  await choose(page, dialog, 'People', 'Gil');
  await page.keyboard.press('Escape');
  await dialog.getByRole('radio', { name: 'Before me' }).check();
  await button(dialog, 'Ask further people').click();
  await page.waitForURL('**/approvals/todo');
  await becomes(() => waits(flow), ['Gil']);
  await act('gil', flow, 'approve');
  await becomes(() => waits(flow), ['Bob']);
  sound(wrong);
  await context.close();
});

test('a decision is taken back, at once and later', async () => {
  const flow = await running('desk', 'A second screen');
  const { page, wrong, context } = await facing('bob', flow);
  await button(page, 'Approve').click();
  await said(page, 'Approved').waitFor();
  await page
    .getByText('Nothing waits for you')
    .or(page.getByRole('list', { name: 'To do' }))
    .first()
    .waitFor();
  await becomes(() => waits(flow), ['Dan', 'Eve']);
  await shoot(page, 'flows-approved');
  await button(page, 'Take back').click();
  await said(page, 'Taken back').waitFor();
  await becomes(() => waits(flow), ['Bob']);
  await page.getByRole('link', { name: /A second screen/ }).waitFor();
  await act('bob', flow, 'approve');
  await context.close();
  // Later it stands in the box of what is done.
  const phone = await arrive(browser, server, 'bob', { size: PHONE, path: '/approvals/done' });
  await phone.page.getByRole('link', { name: /A second screen/ }).click();
  await button(phone.page, 'Take back').waitFor();
  await accessible(phone.page, 'what was decided');
  await shoot(phone.page, 'flows-take-back-phone');
  await button(phone.page, 'Take back').click();
  await said(phone.page, 'Taken back').waitFor();
  await button(phone.page, 'Approve').waitFor();
  await phone.page
    .getByText(/took the decision back/)
    .first()
    .waitFor();
  await becomes(() => waits(flow), ['Bob']);
  sound([...wrong, ...phone.wrong]);
  await phone.context.close();
});

for (const look of [{}, { size: PHONE, dark: true }]) {
  const where = look.size ? 'a phone' : 'a desk';
  test(`a flow is returned at ${where} and comes straight back`, async () => {
    const subject = `A van, from ${where}`;
    const flow = await running('returns', subject);
    for (const login of ['cat', 'bob', 'gil', 'dan', 'eve']) await act(login, flow, 'approve');
    const { page, wrong, context } = await facing('fay', flow, look);
    await button(page, 'Return…').click();
    const popup = page.getByRole('group', { name: 'Return' });
    await popup.getByRole('radio', { name: 'start_check' }).check();
    await popup.getByRole('checkbox', { name: /straight back/ }).check();
    await accessible(page, `returning at ${where}`);
    await shoot(page, look.size ? 'flows-return-phone' : 'flows-return');
    await fits(page, 'returning');
    await popup.getByRole('textbox', { name: 'Comment' }).fill('Which colour?');
    await button(popup, 'Return').click();
    await said(page, 'Returned').waitFor();
    await becomes(() => waits(flow), ['Cat']);
    await act('cat', flow, 'approve');
    await becomes(() => waits(flow), ['Fay']);
    sound(wrong);
    await context.close();
  });
}

test('why something is returned is asked for where it is said', async () => {
  const flow = await running('desk', 'A new carpet');
  await act('bob', flow, 'approve');
  const { page, wrong, context } = await facing('dan', flow, { dark: true });
  await button(page, 'Return…').click();
  const popup = page.getByRole('group', { name: 'Return' });
  await button(popup, 'Return').click();
  await popup.getByRole('alert').getByText('say why').waitFor();
  await accessible(page, 'a return without a word');
  await shoot(page, 'flows-return-refused');
  await popup.getByRole('textbox', { name: 'Comment' }).fill('Which colour?');
  await button(popup, 'Return').click();
  await said(page, 'Returned').waitFor();
  await becomes(() => waits(flow), ['Bob']);
  sound(wrong);
  await context.close();
});

test('what is to be done is done without a decision', async () => {
  const flow = await running('arbitrary_cycle', 'A parking space');
  await act('bob', flow, 'approve');
  const { page, wrong, context } = await arrive(browser, server, 'ann', { path: '/approvals/todo' });
  const line = page.getByRole('link', { name: /A parking space.*To be done/s });
  await line.click();
  await button(page, 'Done').waitFor();
  for (const name of ['Approve', 'Reject', 'More']) assert.equal(await button(page, name).count(), 0, name);
  await accessible(page, 'something to be done');
  await shoot(page, 'flows-handle');
  await button(page, 'Done').click();
  await said(page, 'Done').waitFor();
  await becomes(() => waits(flow), ['Bob']);
  sound(wrong);
  await context.close();
});

test('several tasks are approved together, and what is refused is told', async () => {
  const flows = [];
  for (const subject of ['Pens', 'Paper', 'Staples']) flows.push(await running('any_of', subject));
  const { page, wrong, context } = await arrive(browser, server, 'fay', { path: '/approvals/todo', dark: true });
  for (const subject of ['Pens', 'Paper', 'Staples'])
    await page.getByRole('checkbox', { name: `Mark ${subject}`, exact: true }).check();
  await page.getByText('3 marked').waitFor();
  await accessible(page, 'marked tasks');
  await shoot(page, 'flows-marked');
  await button(page, 'Approve together').click();
  const dialog = page.getByRole('dialog', { name: 'Approve 3 tasks' });
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('For the whole year');
  await accessible(page, 'approving together');
  await shoot(page, 'flows-together');
  // Meanwhile somebody else decides one of them: the list hears of it at once, long before it would ask again.
  await act('dan', flows[1], 'approve');
  await page.locator('li a', { hasText: 'Paper' }).waitFor({ state: 'detached', timeout: 20_000 });
  await button(dialog, 'Approve').click();
  const refused = dialog.getByRole('alert');
  await refused.getByText('One was refused:').waitFor();
  await refused.getByText('Paper').waitFor();
  await accessible(page, 'what was refused');
  await shoot(page, 'flows-refused');
  await dialog.locator('.ant-modal-footer').getByRole('button', { name: 'Close' }).click();
  for (const flow of flows) await becomes(() => state(flow), 'approved');
  const { log } = await server.api('GET', `/instances/${flows[2]}`);
  assert.equal(log.find(({ kind }) => kind === 'approved').comment, 'For the whole year');
  await page.getByRole('link', { name: /Pens/ }).waitFor({ state: 'detached' });
  sound(wrong);
  await context.close();
});

test('the inbox is worked by keys', async () => {
  const first = await running('any_of', 'A lamp');
  const second = await running('any_of', 'A ladder');
  const { page, wrong, context } = await arrive(browser, server, 'eve', { path: '/approvals/todo' });
  const focused = () => page.evaluate(() => document.activeElement?.querySelector('strong')?.textContent ?? null);
  const list = page.getByRole('list', { name: 'To do' });
  await list.waitFor();
  const titles = await list.locator('strong').allTextContents();
  await page.keyboard.press('j');
  await becomes(focused, titles[0]);
  await page.keyboard.press('j');
  await becomes(focused, titles[1]);
  await page.keyboard.press('k');
  await becomes(focused, titles[0]);
  const at = titles.indexOf('A ladder');
  for (let step = 0; step < at; step += 1) await page.keyboard.press('j');
  await becomes(focused, 'A ladder');
  await accessible(page, 'the inbox by keys');
  await shoot(page, 'flows-keys');
  await page.keyboard.press('Enter');
  await button(page, 'Approve').waitFor();
  // A letter that is typed is a letter.
  const words = page.getByRole('textbox', { name: 'Comment' });
  await words.fill('');
  await words.press('a');
  assert.equal(await words.inputValue(), 'a');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await words.evaluate((one) => one.blur());
  await page.keyboard.press('a');
  let dialog = page.getByRole('dialog', { name: 'Approve' });
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('Mind the step');
  // Under a dialog no key counts.
  await button(dialog, 'Approve').focus();
  await page.keyboard.press('r');
  assert.equal(await page.getByRole('dialog').count(), 1);
  await accessible(page, 'approving by a key');
  await shoot(page, 'flows-key-dialog');
  await page.keyboard.press('Enter');
  await said(page, 'Approved').waitFor();
  await becomes(() => state(second), 'approved');
  await page.getByRole('link', { name: /A ladder/ }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /A lamp/ }).focus();
  await page.keyboard.press('r');
  dialog = page.getByRole('dialog', { name: 'Reject' });
  await button(dialog, 'Reject').click();
  await becomes(() => state(first), 'rejected');
  sound(wrong);
  await context.close();
});

test('an administrator ends a flow', async () => {
  const flow = await running('desk', 'A swimming pool');
  const path = `/approvals/started/${flow}`;
  const { page, wrong, context } = await arrive(browser, server, 'root', { path });
  await button(page, 'End this flow').click();
  const dialog = page.getByRole('dialog', { name: 'End this flow' });
  await dialog.getByText('One task is taken off.').waitFor();
  await accessible(page, 'ending a flow');
  await shoot(page, 'flows-end');
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('We have no garden');
  await button(dialog, 'End this flow').click();
  await said(page, 'The flow is ended').waitFor();
  await page.getByText(/ended the flow/).waitFor();
  await becomes(() => state(flow), 'cancelled');
  await button(page, 'End this flow').waitFor({ state: 'detached' });
  sound(wrong);
  await context.close();
  const ann = await arrive(browser, server, 'ann', { path });
  await ann.page.getByText('We have no garden').waitFor();
  assert.equal(await button(ann.page, 'End this flow').count(), 0);
  await ann.context.close();
});

for (const [locale, name, act] of [
  ['zh-CN', '更多', '加签'],
  ['zh-TW', '更多', '加簽'],
]) {
  test(`a task in ${locale}`, async () => {
    const flow = await running('desk', locale);
    const { page, wrong, context } = await facing('bob', flow, { locale, ...(locale === 'zh-TW' && { size: PHONE }) });
    await button(page, name).click();
    await page.getByRole('menuitem', { name: act }).waitFor();
    await shoot(page, `flows-more-${locale}`);
    await page.getByRole('menuitem', { name: act }).click();
    await page.getByRole('dialog', { name: act }).waitFor();
    await accessible(page, `${act} in ${locale}`);
    await shoot(page, `flows-add-${locale}`);
    const text = await page.evaluate(() => document.body.innerText);
    assert.doesNotMatch(text, /\b(approvals|record|lookup)\.\w/, 'a text is missing');
    sound(wrong);
    await context.close();
  });
}

test('a task tells when it is due, and who asked for it urges', async () => {
  const flow = await running('deadline_reject', 'Ink before the weekend');
  const { page, wrong, context } = await facing('bob', flow);
  await page
    .getByRole('link', { name: /Ink before the weekend/ })
    .getByText('due in 23 hours')
    .waitFor();
  await page.getByRole('list').getByText('due in 23 hours').first().waitFor();
  await accessible(page, 'a task that is due');
  sound(wrong);
  await context.close();
  const mine = await arrive(browser, server, 'ann', { path: `/approvals/started/${flow}` });
  await button(mine.page, 'Urge').click();
  await said(mine.page, 'Those it waits for were notified').waitFor();
  await mine.page.getByText(/asked to hurry/).waitFor();
  await becomes(async () => {
    const { records } = await asks.bob('GET', '/records/base.notification?fields=subject');
    return records.some(({ subject }) => subject === '催办：超时自动拒绝');
  }, true);
  await button(mine.page, 'Urge').click();
  await mine.page.getByText(/notified less than 15 minutes ago/).waitFor();
  // A flow that has its time as a whole tells it above its steps.
  const whole = await running('deadline_overall', 'Ink before the year ends');
  await mine.page.goto(`${server.address}/approvals/started/${whole}`);
  const progress = mine.page.getByRole('region', { name: 'Progress' });
  await progress.getByText(/^due /).nth(1).waitFor();
  await accessible(mine.page, 'a flow that is due');
  await shoot(mine.page, 'flow-due');
  await mine.context.close();
});
