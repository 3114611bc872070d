// An administrator looks after people, rights and packs; somebody else does not get there.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, accessible, arrive, choose, open, shoot, sound } from './browser.mjs';
import { person, serve } from './server.mjs';

const root = new URL('../..', import.meta.url).pathname;
let server, browser, folder;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await person(server, 'director', 'Dora', 'showcase.director');
  const users = (await server.api('GET', '/records/base.user?fields=id,login')).records;
  const cora = users.find((one) => one.login === 'curator');
  for (const n of [1, 2, 3]) {
    await server.api('POST', '/records/showcase.piece', { name: `Piece ${n}`, owner: { id: cora.id } });
  }
  const department = await server.api('POST', '/records/base.department', { code: 'house', name: 'The house' });
  await server.api('POST', '/records/base.department', { code: 'shop', name: 'Shop' });
  await server.api('PATCH', `/records/base.user/${cora.id}`, { department: { id: department.id } });
  folder = await mkdtemp(join(tmpdir(), 'lifeloom-pack-'));
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const as = (login, options) => arrive(browser, server, login, options);

test('somebody else sees none of it', async () => {
  const { page, wrong, context } = await as('curator');
  await page.getByRole('link', { name: 'Approvals' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Audit trail' }).count(), 0);
  for (const path of ['users', 'audit', 'flows', 'connections', 'packs', 'settings']) {
    await page.goto(`/admin/${path}`);
    await page.getByText('These pages are for administrators').waitFor();
  }
  await accessible(page, 'not permitted');
  await shoot(page, 'admin-not-permitted');
  sound(wrong);
  await context.close();
});

test('an account is looked after, and its records go to a successor', async () => {
  const { page, wrong, context } = await as('admin');
  // Somebody is signed in meanwhile.
  const other = await as('curator');
  await page.getByRole('link', { name: 'Users', exact: true }).last().click();
  await page.getByLabel('Search this list').fill('cora');
  await accessible(page, 'users');
  await shoot(page, 'admin-users');
  await page.getByRole('link', { name: 'Cora' }).click();
  // The form above has a table of the roles as well.
  const region = (name) => page.locator('section', { has: page.getByRole('heading', { name, exact: true }) }).last();

  await choose(page, 'Give a role', 'Director');
  await region('Roles').getByRole('link', { name: 'Director' }).waitFor();
  await page.getByRole('button', { name: 'Take Director away' }).click();
  await page.getByText('Director was taken away').waitFor();
  assert.equal(await region('Roles').getByRole('link', { name: 'Director' }).count(), 0);
  await accessible(page, 'user');
  await shoot(page, 'admin-user');

  await page.getByRole('button', { name: 'End all, with tokens' }).click();
  await page.getByText('Not signed in anywhere.').waitFor();
  await other.page.goto('/records/showcase.piece');
  await other.page.waitForURL('**/sign-in**');
  await other.context.close();

  await page.getByRole('button', { name: 'Give a one-time password' }).click();
  await accessible(page, 'password asked');
  await page.locator('.ant-popconfirm').getByRole('button', { name: 'Give a one-time password' }).click();
  assert.ok((await page.getByRole('status').locator('code').innerText()).length > 8);

  const handover = region('Handover');
  await handover.getByRole('cell', { name: 'Piece' }).waitFor();
  await choose(page, 'Successor', 'Dora');
  await handover.getByRole('button', { name: 'Hand over' }).click();
  await page.getByText('Hand 3 things over to Dora?').waitFor();
  await page.locator('.ant-popconfirm').getByRole('button', { name: 'Hand over' }).click();
  await page.getByText('3 were handed over').waitFor();
  await page.getByText('There is nothing to hand over.').waitFor();
  await page.getByText('former', { exact: true }).waitFor();
  await accessible(page, 'handed over');
  await page.getByRole('button', { name: 'Let in again' }).click();
  await page.getByText('Cora may sign in again').waitFor();
  sound(wrong);
  await context.close();
});

test('departments stand in a tree and are moved', async () => {
  const { page, wrong, context } = await as('admin', { size: DESKTOP, dark: true });
  await page.goto('/admin/departments');
  await page.getByRole('button', { name: 'Shop' }).click();
  await choose(page, 'Stands below', 'The house');
  await page.getByText('Shop was moved').waitFor();
  await page.getByRole('button', { name: 'The house' }).click();
  await page.getByRole('link', { name: 'Cora' }).waitFor();
  const add = page.getByRole('region', { name: 'New department below The house' });
  await add.getByLabel('Code').fill('Not a code');
  await add.getByLabel('Name').fill('Kitchen');
  await add.getByRole('button', { name: 'Add' }).click();
  await add.getByRole('alert').waitFor();
  await add.getByLabel('Code').fill('kitchen');
  await add.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('button', { name: 'Kitchen' }).waitFor();
  await accessible(page, 'departments');
  await shoot(page, 'admin-departments-dark');
  sound(wrong);
  await context.close();
});

test('roles say what they grant, and rights are explained', async () => {
  const { page, wrong, context } = await as('admin');
  await page.goto('/admin/roles');
  await page.getByRole('link', { name: 'Visitor' }).click();
  const grants = page.getByRole('region', { name: 'What it grants' }).first();
  await grants.getByText('records of a condition').first().waitFor();
  await page
    .getByText(/^Hidden: /)
    .first()
    .waitFor();
  await page.getByText('“read” under a condition on: State').waitFor();
  await accessible(page, 'role');
  await shoot(page, 'admin-role');
  await page.goto('/admin/access');
  await choose(page, 'Person', 'Dora');
  await choose(page, 'Object', 'Piece');
  await page.getByText('director may do this, with some records at least.').waitFor();
  await choose(page, 'Action', 'delete');
  await page.getByText('director may not do this with any record.').waitFor();
  await page.getByText('Director grants it for no records.').waitFor();
  await accessible(page, 'explained');
  await shoot(page, 'admin-access');
  sound(wrong);
  await context.close();
});

test('the audit trail is searched and verified', async () => {
  const { page, wrong, context } = await as('admin');
  // By the palette, as everything that has a name.
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search records and screens').waitFor();
  await page.keyboard.type('audit');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/admin/audit');
  await choose(page, 'Action', 'gave a password');
  await page.waitForURL('**kind=account.password_given**');
  const entries = page.getByRole('region', { name: 'Entries' }).last();
  await entries.getByRole('cell', { name: 'gave a password' }).first().waitFor();
  assert.equal(await entries.getByRole('cell', { name: 'signed in' }).count(), 0);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Nothing was changed, added or removed.').waitFor();
  await accessible(page, 'audit');
  await shoot(page, 'admin-audit');
  await choose(page, 'Action', 'created a record');
  await entries.locator('summary').first().click();
  await accessible(page, 'audit, opened');
  sound(wrong);
  await context.close();
});

test('packs are changed after a look at what changes', async () => {
  const { page, wrong, context } = await as('admin');
  await cp(join(root, 'examples/showcase'), folder, { recursive: true });
  const path = join(folder, 'objects/place.yaml');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^fields:\n/m, 'fields:\n  floor: {type: integer, label: Floor}\n'));
  await page.goto('/admin/packs');
  await page.getByRole('cell', { name: 'Showcase', exact: true }).waitFor();
  await page.locator('input[type=file]').setInputFiles(folder);
  await page.getByRole('heading', { name: 'What the files of showcase would change' }).waitFor();
  await page.getByText(/floor/i).first().waitFor();
  await accessible(page, 'plan');
  await shoot(page, 'admin-packs');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('The packs are in force').waitFor();
  const place = await server.api('GET', '/definitions/object/showcase.place');
  assert.equal(place.fields.floor.type, 'integer');
  await page
    .getByRole('row', { name: /Showcase/ })
    .getByRole('button', { name: 'Remove' })
    .click();
  await page.getByRole('heading', { name: 'What the removal of showcase would change' }).waitFor();
  const remove = page.getByRole('region', { name: /removal of showcase/ }).getByRole('button', { name: 'Remove' });
  assert.ok(await remove.isDisabled(), 'not before somebody has read it');
  await page.getByRole('button', { name: 'Cancel' }).click();
  sound(wrong);
  await context.close();
});

test('settings of the site are saved', async () => {
  const { page, wrong, context } = await as('admin');
  await page.goto('/admin/settings');
  await page.getByLabel('Company name*').fill('The museum');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The settings are saved').waitFor();
  assert.equal((await server.api('GET', '/records/base.setting/single')).company_name, 'The museum');
  await accessible(page, 'settings');
  await shoot(page, 'admin-settings');
  sound(wrong);
  await context.close();
});

for (const [dark, locale] of [
  [false, 'zh-CN'],
  [true, 'zh-TW'],
]) {
  test(`every page on a phone: ${locale}`, async () => {
    const { page, wrong, context } = await as('admin', { size: PHONE, dark, locale });
    const [user] = (await server.api('GET', '/records/base.user?filter=login == "director"')).records;
    const pages = ['users', `users/${user.id}`, 'departments', 'roles', 'roles/showcase.visitor', 'access'];
    for (const path of [...pages, 'audit', 'jobs', 'effects', 'packs', 'settings']) {
      await page.goto(`/admin/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await accessible(page, `${path} ${locale}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(wide, false, `${path} is wider than the phone`);
      await shoot(page, `admin-phone-${path.replace(/\W+/g, '-').slice(0, 24)}-${locale}`);
    }
    sound(wrong);
    await context.close();
  });
}
