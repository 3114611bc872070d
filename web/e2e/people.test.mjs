// Several people: who asks, who decides, who only looks; and what everybody settles for himself.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, accessible, arrive, open, shoot, sound, until } from './browser.mjs';
import { person, serve } from './server.mjs';

let server, browser, piece;

before(async () => {
  server = await serve(['definitions/base', 'examples/showcase']);
  await person(server, 'curator', 'Cora', 'showcase.curator');
  await person(server, 'director', 'Dora', 'showcase.director');
  await person(server, 'visitor', 'Vic', 'showcase.visitor');
  for (const [code, parent] of [
    ['H', null],
    ['H1', 'H'],
    ['H2', 'H'],
    ['H21', 'H2'],
  ]) {
    const of = parent === null ? {} : { parent: { by: { code: parent } } };
    await server.api('POST', '/records/showcase.place', { code, name: `Hall ${code}`, ...of });
  }
  piece = await server.api('POST', '/records/showcase.piece', {
    name: 'A bowl',
    price: '900',
    discount: '10',
    weight: '2.5',
  });
  await server.api('POST', `/records/showcase.piece/${piece.id}/moves/show`, {});
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const as = (login, options) => arrive(browser, server, login, options);

test('who may see less sees less', async () => {
  const { page, wrong, context } = await as('visitor');
  await page.goto(`/records/showcase.piece/${piece.id}`);
  await page.getByText('¥900.00').first().waitFor();
  assert.equal(await page.getByText('Discount').count(), 0, 'a hidden field is none');
  assert.equal(await page.getByRole('link', { name: 'Edit' }).count(), 0);
  await page.goto('/records/showcase.piece');
  await page.getByText('1 record', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'New Piece' }).count(), 0);
  await page.goto('/records/showcase.piece/01a202d4-bd34-7358-89b8-c80ffba3389b');
  await page
    .getByRole('alert')
    .getByText(/not found/i)
    .waitFor();
  await accessible(page, 'not found');
  sound(wrong);
  await context.close();
});

test('a sale is asked for at a desk and approved on a phone', async () => {
  const desk = await as('curator');
  await desk.page.goto(`/records/showcase.piece/${piece.id}`);
  await desk.page.getByRole('button', { name: 'Sell' }).click();
  await desk.page.getByText('waits for approval').waitFor();
  await accessible(desk.page, 'waits');
  const phone = await as('director', { size: PHONE, dark: true });
  await phone.page.goto('/approvals/todo');
  await phone.page.getByRole('link', { name: /A bowl/ }).click();
  // What the step hides is not there, what it opens may be changed though the record is locked.
  await phone.page.locator('[data-field=price]').waitFor();
  assert.equal(await phone.page.locator('[data-field=weight]').count(), 0);
  await phone.page.getByRole('button', { name: 'Edit' }).click();
  await phone.page.getByLabel('Discount').fill('15');
  assert.equal(await phone.page.getByLabel('Name').count(), 0, 'not what is only to be read');
  await accessible(phone.page, 'task being changed');
  await shoot(phone.page, 'task-form-phone');
  await phone.page.getByRole('button', { name: 'Save' }).click();
  await phone.page.locator('[data-field=discount]', { hasText: '15' }).waitFor();
  assert.equal(await phone.page.getByText('kept as a draft').count(), 0, 'it is saved');
  await phone.page.getByLabel('Comment').fill('A fair price');
  await accessible(phone.page, 'task');
  await shoot(phone.page, 'task-phone');
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await phone.page.getByText('Nothing waits for you').waitFor();
  await phone.page.goto('/approvals/done');
  await phone.page.getByRole('link', { name: /A bowl/ }).waitFor();
  await desk.page.goto('/approvals/started');
  await desk.page.getByRole('link', { name: /A bowl.*approved/s }).click();
  await desk.page.getByText('A fair price').first().waitFor();
  await accessible(desk.page, 'trace');
  await shoot(desk.page, 'trace');
  await desk.page.goto(`/records/showcase.piece/${piece.id}`);
  await desk.page.locator('[aria-current=step]', { hasText: 'Sold' }).waitFor();
  // The section that belongs to pieces that are sold is there now.
  await desk.page.getByRole('heading', { name: 'After the sale' }).waitFor();
  // Its timeline tells of the approval between the changes, however much is said later.
  for (let n = 1; n <= 50; n += 1) {
    await server.api('POST', `/records/showcase.piece/${piece.id}/comments`, { body: `Thought ${n}` });
  }
  await desk.page.reload();
  const story = desk.page.getByRole('region', { name: 'Activity' });
  await story.getByText('Thought 50').waitFor();
  await story.getByRole('button', { name: 'Show what was before' }).click();
  await story.getByText('created the record').waitFor();
  await story.getByRole('link', { name: 'approved' }).first().scrollIntoViewIfNeeded();
  await accessible(desk.page, 'timeline');
  await shoot(desk.page, 'timeline');
  await story.getByRole('link', { name: 'started a workflow' }).last().click();
  await desk.page.waitForURL('**/approvals/started/*');
  for (const one of [desk, phone]) {
    sound(one.wrong);
    await one.context.close();
  }
});

test('who follows a record is told what others do with it', async () => {
  const { page, wrong, context } = await as('curator');
  await page.goto(`/records/showcase.piece/${piece.id}`);
  await page.getByRole('button', { name: /Follow .*A bowl/ }).click();
  await page.getByText(/You follow .*A bowl/).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Followers' }).click();
  await page.getByRole('dialog', { name: 'Followers' }).getByText('Cora').waitFor();
  await accessible(page, 'followers');
  await shoot(page, 'followers');
  await server.api('POST', `/records/showcase.piece/${piece.id}/comments`, { body: 'Is it insured?' });
  const about = `/records/base.notification?filter=${encodeURIComponent('contains(subject, "A bowl")')}`;
  await until(async () => (await server.api('GET', about)).records.length === 1);
  await page.reload();
  await page.getByRole('button', { name: /Notifications/ }).click();
  await page.getByText('Is it insured?').waitFor();
  await shoot(page, 'tray');
  sound(wrong);
  await context.close();
});

test('a tree opens its branches', async () => {
  const { page, wrong, context } = await as('curator');
  await page.goto('/records/showcase.place?view=showcase.places');
  await page.getByRole('button', { name: 'Branches of Hall H', exact: true }).click();
  await page.getByRole('button', { name: 'Branches of Hall H2', exact: true }).click();
  await page.getByText('Hall H21').waitFor();
  await accessible(page, 'tree');
  await shoot(page, 'tree');
  await page.getByText('H21', { exact: true }).click();
  await page.getByRole('heading', { name: 'Hall H21' }).waitFor();
  sound(wrong);
  await context.close();
});

test('files and signatures are sent and come back', async () => {
  const { page, wrong, context } = await as('curator');
  await page.goto('/records/showcase.piece/new');
  await page.getByLabel('Name*').fill('With papers');
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC',
    'base64',
  );
  const photo = page.locator('[data-field=photo]');
  await photo.locator('input[type=file]').setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: png });
  await photo.getByText('red.png').waitFor();
  const paper = page.locator('[data-field=paper]');
  await paper.locator('input[type=file]').setInputFiles({
    name: 'tool.png',
    mimeType: 'image/png',
    buffer: Buffer.from('7f454c460201010000000000000000000300', 'hex'),
  });
  await paper.getByRole('alert').waitFor();
  const pad = page.getByRole('img', { name: 'Sign here' });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + 200, box.y + 40, { steps: 8 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Keep the signature' }).click();
  await page.getByRole('button', { name: 'Sign again' }).waitFor();
  await accessible(page, 'files');
  await shoot(page, 'files');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /With papers/ }).waitFor();
  const picture = page.locator('[data-field=photo] img');
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction((image) => image.naturalWidth === 10, await picture.elementHandle());
  sound(wrong);
  await context.close();
});

/** The code that an app shows now, by RFC 6238. */
function code(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('an account is settled by its owner', async () => {
  const { page, wrong, context } = await as('visitor', { size: DESKTOP });
  await page.goto('/me');
  const factor = page.getByRole('region', { name: 'Second factor' });
  await factor.getByLabel('Password').fill('green-River-2026');
  await factor.getByRole('button', { name: 'Set it up' }).click();
  const secret = await factor.locator('code').innerText();
  await accessible(page, 'second factor');
  await shoot(page, 'profile');
  await factor.getByLabel('Code of the app').fill(code(secret));
  await factor.getByRole('button', { name: 'Confirm' }).click();
  const recovery = (await factor.locator('pre').innerText()).split('\n');
  await factor.getByRole('button', { name: 'I have kept them' }).click();
  await factor.getByText('In force').waitFor();
  const tokens = page.getByRole('region', { name: 'API tokens' });
  await tokens.getByLabel('What it is for').fill('reports');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const token = await tokens.getByRole('status').locator('code').innerText();
  const answer = await fetch(`${server.address}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.getByLabel('Login').fill('visitor');
  await page.getByLabel('Password', { exact: true }).fill('green-River-2026');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Code from your authenticator app').fill(recovery[0]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  sound(wrong);
  await context.close();
});
