// An administrator looks after running workflows: what failed, what stands still, what goes on under a new version, and the
// systems around.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { PHONE, accessible, arrive, becomes, choose, open, shoot, sound, until } from './browser.mjs';
import { person, serve } from './server.mjs';
import { works } from './works.mjs';

const DESKTOP = { width: 1440, height: 900 };
let server, browser, folder;
/** The administrator at a desk, signed in once. */
let desk;
/** The ids of people, and of flows, by what they are about. */
const ids = {};
const flows = {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeloom-works-'));
  await write(works('1.0.0', 'first'));
  server = await serve(['definitions/base', folder]);
  await person(server, 'ann', 'Ann Archer', 'works.worker');
  await person(server, 'bob', 'Bob Baker', 'works.lead');
  for (const { id, login } of (await server.api('GET', '/records/base.user?fields=id,login')).records) ids[login] = id;
  for (const name of ['Crane', 'Pump', 'Gate']) {
    const { id } = await job(name);
    flows[name] = (await server.api('POST', '/workflows/works.clearance/instances', { record: id })).id;
  }
  browser = await open();
  desk = await arrive(browser, server, 'admin', { size: DESKTOP });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function write(files) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
const job = (name, more = {}) => server.api('POST', '/records/works.job', { name, ...more });
const flow = (id) => server.api('GET', `/instances/${id}`);
const failed = async () => (await server.api('GET', '/instances?incident=true')).instances;

test('what failed is found, retried and skipped', async () => {
  const { page, wrong } = desk;
  const jobs = await Promise.all(['Boiler', 'Valve'].map((name) => job(name, { kind: 'risky' })));
  await until(async () => (await failed()).length === 2);
  const found = await failed();
  const of = (record) => found.find((one) => one.record.id === record.id).id;
  await page.getByRole('link', { name: 'Running workflows' }).click();
  await page.getByRole('link', { name: 'Incidents' }).click();
  const row = (name) => page.getByRole('row', { name: new RegExp(name) });
  await row('Boiler').getByText('At most a hundred').waitFor();
  await accessible(page, 'incidents');
  await shoot(page, 'operations-incidents');
  // What it names is mended, and it is tried again.
  await server.api('PATCH', `/records/works.job/${jobs[0].id}`, { tries: -100 });
  await page.getByLabel('Mark Boiler').check();
  await page.getByRole('button', { name: 'Retry marked (1)' }).click();
  await until(async () => (await flow(of(jobs[0]))).state === 'done');
  await row('Valve').getByRole('button', { name: 'Skip…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Value').fill('{');
  await dialog.getByText('This is not JSON.').waitFor();
  assert.ok(await dialog.getByRole('button', { name: 'Skip' }).isDisabled());
  await dialog.getByLabel('Value').fill('');
  await dialog.getByLabel('Reason').fill('not counted');
  await accessible(page, 'skip asked');
  await dialog.getByRole('button', { name: 'Skip' }).click();
  await page.getByText('Nothing has failed').waitFor();
  assert.equal((await flow(of(jobs[1]))).log.find(({ kind }) => kind === 'skipped').comment, 'not counted');
  sound(wrong);
});

test('a flow is suspended, resumed, taken to a step, and its task given on', async () => {
  const { page, wrong } = desk;
  await page.getByRole('link', { name: 'Instances' }).click();
  await page.getByRole('cell', { name: /Crane/ }).waitFor();
  await accessible(page, 'instances');
  await shoot(page, 'operations-instances');
  await page.getByLabel('Words in the title').fill('crane');
  await page.waitForURL('**q=crane**');
  await becomes(() => page.getByRole('cell', { name: /Pump/ }).count(), 0);
  await page.getByRole('button', { name: 'More filters' }).click();
  await accessible(page, 'instances, all filters');
  await page.getByRole('row', { name: /Crane/ }).getByRole('link', { name: 'Clearance' }).click();
  const dialog = page.getByRole('dialog');
  const order = async (name, does = name) => {
    await page.getByRole('button', { name, exact: true }).click();
    await dialog.getByLabel('Reason').fill(`because ${name}`);
    await dialog.getByRole('button', { name: does }).click();
  };
  await order('Suspend');
  await page.getByText('suspended', { exact: true }).waitFor();
  assert.equal((await flow(flows.Crane)).state, 'suspended');
  await order('Resume');
  await page.getByRole('button', { name: 'Jump to a step…' }).click();
  await choose(page, 'To the step', 'Filing');
  await dialog.getByText('It leaves: Check.').waitFor();
  await dialog.getByText('One task is taken off.').waitFor();
  await accessible(page, 'jump asked');
  await shoot(page, 'operations-jump');
  await dialog.getByRole('button', { name: 'Jump' }).click();
  await page
    .getByRole('row', { name: /Filing/ })
    .getByText('here', { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Give to…' }).click();
  await choose(page, 'Person', 'Bob');
  await dialog.getByRole('button', { name: 'Give the task to' }).click();
  await page
    .getByRole('row', { name: /Bob Baker/ })
    .first()
    .waitFor();
  const open = (await flow(flows.Crane)).tasks.filter(({ state }) => state === 'open');
  assert.deepEqual(
    open.map(({ node, assignee }) => `${node} ${assignee.login}`),
    ['last bob'],
  );
  await page.getByText('because Suspend').waitFor();
  await accessible(page, 'one flow');
  await shoot(page, 'operations-flow');
  sound(wrong);
});

test('a step shows the record in its own form, and lets be changed there what it opens', async () => {
  const { tasks, record } = await flow(flows.Crane);
  const { id } = tasks.find(({ state }) => state === 'open');
  const { page, wrong, context } = await arrive(browser, server, 'bob', { path: `/approvals/todo/${id}` });
  const fields = () => page.locator('[data-field]').evaluateAll((all) => all.map((one) => one.dataset.field));
  await page.getByText('On the shelf').waitFor();
  // The count is on the form, but hidden by the step; the name is not on it.
  assert.deepEqual(await fields(), ['kind']);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Kind' }).fill('Steel');
  assert.equal(await page.getByRole('textbox', { name: 'Name' }).count(), 0);
  await accessible(page, 'the form of a step');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Steel').waitFor();
  await page.goto(`/records/works.job/${record.id}`);
  await page.getByText('What it is').first().waitFor();
  sound(wrong);
  await context.close();
});

test('flows go on under a new version after a look at what becomes of them', async () => {
  const { page, wrong } = desk;
  await write(works('2.0.0', 'start'));
  await page.goto('/admin/packs');
  await page.locator('input[type=file]').setInputFiles(folder);
  await page.getByText(/3 running flows stay under their version; .* 1 could go on/).waitFor();
  await page.getByText('2 running flows could not go on under the new version').click();
  await page.getByText(new RegExp(`${flows.Pump}: .*first`)).waitFor();
  await accessible(page, 'plan with running flows');
  await shoot(page, 'operations-plan');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('The packs are in force').waitFor();
  await page.goto('/admin/flows?workflow=works.clearance');
  await page.getByText('older version').first().waitFor();
  await page.getByRole('link', { name: 'Move to the published version' }).click();
  await page.getByRole('heading', { name: '2 cannot be moved' }).waitFor();
  await page.getByRole('heading', { name: 'One can be moved' }).waitFor();
  await accessible(page, 'migration');
  await shoot(page, 'operations-migration');
  await choose(page, 'Check becomes', 'Check');
  await page.getByRole('heading', { name: '3 can be moved' }).waitFor();
  await page.getByRole('button', { name: 'Move 3' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Move 3' }).click();
  await page.getByText('All run under the published version').waitFor();
  assert.equal((await flow(flows.Pump)).path[0].node, 'start');
  sound(wrong);
});

test('a flow is restarted, and the one that begins is shown', async () => {
  const { page, wrong } = desk;
  await page.goto(`/admin/flows/${flows.Pump}`);
  await page.getByRole('button', { name: 'Restart' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restart' });
  await dialog.getByText('The flow on Pump ends').waitFor();
  await dialog.getByLabel('Reason').fill('The check was of another pump');
  await accessible(page, 'restart asked');
  await shoot(page, 'operations-restart');
  await dialog.getByRole('button', { name: 'Restart' }).click();
  await page.getByText('The record was submitted anew').waitFor();
  await page.waitForURL((url) => url.pathname.startsWith('/admin/flows/') && !url.pathname.endsWith(flows.Pump));
  assert.equal((await flow(flows.Pump)).state, 'cancelled');
  flows.Pump = new URL(page.url()).pathname.split('/').at(-1);
  assert.deepEqual([(await flow(flows.Pump)).state, (await flow(flows.Pump)).record.title], ['running', 'Pump']);
  sound(wrong);
});

test('what stands still is cured, and where time goes is shown', async () => {
  const { page, wrong } = desk;
  await server.api('PATCH', `/records/base.user/${ids.ann}`, { active: false });
  await page.goto('/admin/flows/stuck');
  await page.getByRole('heading', { name: 'Tasks of people who left' }).waitFor();
  await page.getByRole('link', { name: 'Archivist' }).waitFor();
  await accessible(page, 'stuck');
  await shoot(page, 'operations-stuck');
  await page.getByLabel('Mark all').check();
  await page.getByRole('button', { name: 'Give marked to… (2)' }).click();
  await choose(page, 'Person', 'Bob');
  await page.getByRole('dialog').getByRole('button', { name: 'Give 2 tasks to' }).click();
  await becomes(() => page.getByRole('heading', { name: 'Tasks of people who left' }).count(), 0);
  assert.equal((await flow(flows.Pump)).tasks[0].assignee.login, 'bob');
  await page.getByRole('link', { name: 'Bottlenecks' }).click();
  const column = page.getByRole('columnheader', { name: 'Waiting now' });
  await column.getByRole('button').click();
  await becomes(() => column.getAttribute('aria-sort'), 'descending');
  await accessible(page, 'bottlenecks');
  await shoot(page, 'operations-bottlenecks');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  assert.match(await readFile(await file.path(), 'utf8'), /Clearance,Check,/);
  sound(wrong);
});

test('a webhook gets its secret, and takes what is signed', async () => {
  const { page, wrong } = desk;
  await page.getByRole('link', { name: 'Connections' }).click();
  await page.getByText('Without a secret every message is refused.').waitFor();
  await page.getByRole('button', { name: 'Set…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make one up' }).click();
  const secret = await dialog.getByLabel('Value').inputValue();
  await accessible(page, 'secret asked');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('button', { name: 'Set anew…' }).waitFor();
  const [body, now] = ['{"name": "Paid"}', String(Math.floor(Date.now() / 1000))];
  const signature = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-lifeloom-timestamp': now,
    'x-lifeloom-signature': `v1=${signature}`,
  };
  const address = await page.locator('code', { hasText: '/api/v1/webhooks/works.heard' }).first().innerText();
  assert.equal((await fetch(address, { method: 'POST', headers, body })).status, 204);
  await until(async () => (await server.api('GET', '/records/works.job?filter=name == "Paid"')).records.length === 1);
  await page.reload();
  await page.getByText('done', { exact: true }).waitFor();
  await accessible(page, 'webhooks');
  await shoot(page, 'operations-webhooks');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.locator('.ant-popconfirm').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('not set', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Connectors' }).click();
  await page.getByRole('link', { name: 'ERP' }).click();
  await page.getByRole('heading', { name: 'What can be asked' }).waitFor();
  await accessible(page, 'connector');
  await shoot(page, 'operations-connector');
  sound(wrong);
});

test('every page on a phone, in the dark', async () => {
  await job('Chimney', { kind: 'risky' });
  await until(async () => (await failed()).length === 1);
  const [{ id }] = await failed();
  const { page, wrong, context } = await arrive(browser, server, 'admin', { size: PHONE, dark: true, locale: 'zh-CN' });
  const pages = ['', '/incidents', '/stuck', '/bottlenecks', '/migrate?workflow=works.clearance', `/${id}`];
  const connections = ['', '/connectors', '/works.erp'];
  for (const path of [...pages.map((one) => `flows${one}`), ...connections.map((one) => `connections${one}`)]) {
    await page.goto(`/admin/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await accessible(page, `${path} on a phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${path} is wider than the phone`);
    await shoot(page, `operations-phone-${path.replace(/\W+/g, '-').slice(0, 22)}`);
  }
  sound(wrong);
  await context.close();
});
