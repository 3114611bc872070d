// A file of lines as people have them is mapped, tried, loaded, handed back in part, and taken back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, accessible, arrive, open, shoot, sound } from './browser.mjs';
import { person, serve } from './server.mjs';

/** `make sweep` takes as many as companies bring along. */
const LINES = process.env.LIFELOOM_SWEEP === undefined ? 2_000 : 20_000;
let server, browser;

before(async () => {
  server = await serve(['definitions/base', 'definitions/crm']);
  await person(server, 'director', 'Dora', 'crm.sales_director');
  await person(server, 'manager', 'Gina', 'crm.general_manager');
  await server.api('POST', '/records/crm.account', { name: '总公司', industry: 'electronics', territory: 'east' });
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Lines with everything that is wrong in real files, and how many of them are good. */
function dirty(group) {
  const lines = ['客户名称,行业,销售大区,员工人数,上级客户,内部备注'];
  let good = 0;
  for (let n = 0; n < LINES; n += 1) {
    const [name, industry, territory] = [`客户 ${n}`, n % 2 ? '电子制造' : 'Machinery', '华东'];
    const line = (...cells) => lines.push([...cells, '不导入'].join(','));
    const kind = n % 100;
    if (kind === 1) line(name, industry, territory, '一百', group);
    else if (kind === 2) line(name, '造船', territory, n, group);
    else if (kind === 3) line(name, '？？', territory, n, group);
    else if (kind === 4) line(`客户 ${n - 4}`, industry, territory, n, group);
    else if (kind === 5) line(name, industry, territory, n, 'AC-99999');
    else if (kind === 6) line(name, `  ${industry} `, ` ${territory} `, ` ${n} `, group);
    else if (kind === 7) lines.push('');
    else if (kind === 8) lines.push(',,,,,');
    else line(name, industry, territory, n, group);
    good += [1, 3, 4, 5, 7, 8].includes(kind) ? 0 : 1;
  }
  return { text: lines.join('\r\n'), good };
}

/** As a Chinese spreadsheet writes it. */
function gb18030(text) {
  return execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: text, maxBuffer: 1 << 27 });
}

const as = (login, options) => arrive(browser, server, login, options);

const there = async () => (await server.api('GET', '/records/crm.account?limit=1&count=exact')).count;

/** Chooses an entry of one of the kit's selects. */
async function choose(page, label, option) {
  const input = page.getByLabel(label, { exact: true });
  await input.click();
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click();
}

test('twenty thousand dirty lines are loaded and taken back', async () => {
  const { page, wrong, context } = await as('director');
  const [{ number }] = (await server.api('GET', '/records/crm.account')).records;
  const { text, good } = dirty(number);
  await page.goto('/records/crm.account?view=crm.accounts');
  await page.getByRole('link', { name: 'Import' }).click();
  await page.getByText('You have not imported anything here yet.').waitFor();
  await accessible(page, 'file');
  await shoot(page, 'import-file');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer: gb18030(text) });

  // The columns are known by their names, in whichever language these are.
  await page.waitForURL('**/imports/*');
  await page.getByText('客户.csv (GB18030)').waitFor();
  await page.getByText('客户 0 · 客户 1').waitFor();
  await page.getByText('1 column is left out.').waitFor();
  await choose(page, 'What 上级客户 fills', 'Group · Account number');
  await page.getByText('2 are not known').waitFor();
  await page.locator('[data-column=行业]').getByRole('button', { name: 'Map values' }).click();
  await choose(page, 'What 造船 means', 'Logistics');
  await page.getByText('1 is not known').waitFor();
  await page.getByLabel('Every line is a new record').check();
  await accessible(page, 'columns');
  await shoot(page, 'import-columns');
  // What was chosen is still there for who comes back.
  await page.reload();
  await page.getByText('1 is not known').waitFor();
  await page.getByRole('button', { name: 'Check the lines' }).click();

  // Whoever leaves finds it again.
  await page.getByText('You can leave this page').waitFor();
  await page.goBack();
  await page.goForward();
  await page.getByRole('heading', { name: 'What would happen' }).waitFor({ timeout: 1_200_000 });
  const findings = page.getByRole('region', { name: 'What is wrong' });
  const count = (LINES / 100).toLocaleString('en');
  for (const field of ['Employees', 'Industry', 'Group', 'Name']) {
    await findings.getByRole('row', { name: new RegExp(`^${field} .* ${count} `) }).waitFor();
  }
  assert.equal(await there(), 1, 'a trial keeps nothing');
  await accessible(page, 'checked');
  await shoot(page, 'import-checked');
  await page.getByRole('button', { name: `Load ${good} lines` }).click();
  const bar = page.getByRole('progressbar', { name: '客户.csv' });
  await bar.waitFor();
  await accessible(page, 'progress');
  await shoot(page, 'import-progress');

  await page.getByRole('heading', { name: 'What was loaded' }).waitFor({ timeout: 1_200_000 });
  assert.equal(await there(), good + 1);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Lines with reasons (XLSX)' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'rejected.xlsx');
  const sheet = execFileSync('unzip', ['-p', await file.path(), 'xl/worksheets/sheet1.xml'], { maxBuffer: 1 << 27 });
  assert.equal(sheet.toString().match(/<row /g).length, (LINES / 100) * 4 + 1, 'every wrong line, and the names');
  await accessible(page, 'loaded');
  await shoot(page, 'import-loaded');
  await page.getByRole('link', { name: 'To the list of Accounts' }).click();
  await page.getByText(`${(good + 1).toLocaleString('en')} records`).waitFor();

  // Somebody changes one of them: it is not taken back.
  const [changed] = (await server.api('GET', '/records/crm.account?filter=name == "客户 50"')).records;
  await server.api('PATCH', `/records/crm.account/${changed.id}`, { note: 'mine' });
  await page.getByRole('link', { name: 'Import' }).click();
  await page.getByRole('link', { name: '客户.csv' }).click();
  await page.getByRole('button', { name: 'Undo the import' }).click();
  await page.getByText(`Take back ${good} records?`).waitFor();
  await accessible(page, 'undo asked');
  await page.locator('.ant-popconfirm').getByRole('button', { name: 'Undo the import' }).click();
  await page.getByRole('heading', { name: 'What was taken back' }).waitFor({ timeout: 1_200_000 });
  await page.getByText('1 was changed by somebody since.').waitFor();
  assert.equal(await there(), 2, 'what was there, and what somebody changed');
  await accessible(page, 'undone');
  await shoot(page, 'import-undone');
  sound(wrong);
  await context.close();
});

test('a file that is none is refused where it is chosen', async () => {
  const { page, wrong, context } = await as('director', { size: PHONE, dark: true, locale: 'zh-CN' });
  await page.goto('/records/crm.account/import');
  const input = page.locator('input[type=file]');
  await input.setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
  await page.getByRole('alert').getByText('a.pdf 不是 CSV 或 XLSX 文件').waitFor();
  await input.setInputFiles({ name: 'a.xlsx', mimeType: 'text/plain', buffer: Buffer.from('no workbook') });
  await page.getByRole('alert').getByText('XLSX').waitFor();
  await accessible(page, 'refused');
  const text = '客户名称,Industry,保密客户\n甲,新能源,是\n乙,造船,不\n';
  await input.setInputFiles({ name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${text}`) });
  await page.getByText('accounts.csv（UTF-8）').waitFor();
  await accessible(page, 'columns on a phone');
  await shoot(page, 'import-phone-dark');
  sound(wrong);
  await context.close();
});

test('who may not import does not come here', async () => {
  const { page, wrong, context } = await as('manager', { size: DESKTOP });
  await page.goto('/records/crm.account?view=crm.accounts');
  await page.getByRole('grid').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Import' }).count(), 0);
  await page.goto('/records/crm.account/import');
  await page.getByText('You may not import here').waitFor();
  assert.equal(await page.locator('input[type=file]').count(), 0);
  await accessible(page, 'not permitted');
  sound(wrong);
  await context.close();
});
