// Every screen there is, with its popups, and what each of them is held to in every language, both themes, at a desk and
// on a phone: no finding of axe, no error, nothing from elsewhere, no key of a text in place of its words, nothing that
// hangs over the edge.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { accessible, DESKTOP, PHONE, settled, shoot, signIn, sound, visit } from './browser.mjs';
import { person, serve } from './server.mjs';
import { shell, weight } from '../scripts/weight.mjs';

const LANGUAGES = ['en', 'zh-CN', 'zh-TW'];

/** Every way to look at a screen. */
export const WAYS = LANGUAGES.flatMap((locale) =>
  [false, true].flatMap((dark) => [DESKTOP, PHONE].map((size) => ({ locale, dark, size }))),
);

export function wayName({ locale, dark, size }) {
  return `${locale} ${dark ? 'dark' : 'light'} ${size === PHONE ? 'phone' : 'desktop'}`;
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC';

/** A server with something on each screen. */
export async function furnished() {
  const server = await serve(['definitions/base', 'examples/showcase']);
  const { api } = server;
  await person(server, 'clara', 'Clara Curator', 'showcase.curator');
  await person(server, 'dora', 'Dora Director', 'showcase.director');
  const house = await api('POST', '/records/base.department', { code: 'house', name: 'The house' });
  await api('POST', '/records/base.department', { code: 'shop', name: 'The shop', parent: house.id });
  const hall = await api('POST', '/records/showcase.place', { code: 'H', name: 'Hall', open: true });
  await api('POST', '/records/showcase.place', { code: 'H1', name: 'Room 1', open: true, parent: hall.id });
  const photo = await picture(server);
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const pieces = [];
  for (let n = 0; n < 24; n += 1) {
    pieces.push(
      await api('POST', '/records/showcase.piece', {
        name: `Piece ${n}`,
        price: `${n * 125}.00`,
        discount: '5',
        made_on: day(-20 - n),
        due_on: day(n - 10),
        place: hall.id,
        fragile: n % 2 === 0,
        packing: 'a box',
        stars: (n % 5) + 1,
        colours: ['red', 'blue'],
        ...(n === 0 ? { photo } : {}),
        lines: [{ name: 'Frame', quantity: '2', price: '12.50' }],
      }),
    );
  }
  await api('PATCH', `/records/showcase.piece/${pieces[1].id}`, { after: pieces[0].id, note: 'It hangs in the hall.' });
  let before = null;
  for (let n = 0; n < 6; n += 1) {
    const body = {
      name: `Step ${n}`,
      begins_on: day(n * 3),
      ends_on: day(n * 3 + 4),
      ...(before ? { after: [before] } : {}),
    };
    before = (await api('POST', '/records/showcase.task', body)).id;
  }
  await api('POST', `/records/showcase.piece/${pieces[0].id}/comments`, { body: 'Is it insured?' });
  const users = (await api('GET', '/records/base.user?fields=id,login')).records;
  const me = users.find((one) => one.login === 'admin');
  await api('POST', '/records/base.notification', {
    subject: 'A piece is due',
    text: 'Piece 1 is due tomorrow.',
    owner: me.id,
    about: { object: 'showcase.piece', id: pieces[1].id },
  });
  return { server, piece: pieces[0].id, place: hall.id, user: users.find((one) => one.login === 'clara').id };
}

/** A small picture as an upload. */
async function picture(server) {
  const { token } = await (
    await fetch(`${server.address}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'admin', password: 'bright-Harbour-2026' }),
    })
  ).json();
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(PNG, 'base64')], { type: 'image/png' }), 'red.png');
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.address}/api/v1/files`, { method: 'POST', headers, body: form });
  return (await answer.json()).id;
}

/** What stands over a page. */
const OVER = 'dialog[open], [role=dialog], [popover]:popover-open, .ant-popover, .ant-dropdown';

/** Opens what a button with these words opens. */
const press = (key) => async (page, say) => {
  // What stands in a text for a figure or a name is not known here.
  const words = new RegExp(`^${say(key).replace(/{{\w+}}/g, '.+')}`);
  await page.getByRole('button', { name: words }).first().click();
};

/** The screens: a path, what shows that it is there, and what is opened on it. */
export function screens({ piece, place, user }) {
  const grid = '[data-index="2"]';
  const list = '/records/showcase.piece?view=showcase.pieces';
  return [
    { name: 'sign-in', path: '/sign-in', shows: 'input[autocomplete=username]', stranger: true },
    { name: 'list', path: list, shows: grid },
    { name: 'list-filter', path: list, shows: grid, open: press('list.filter') },
    { name: 'list-columns', path: list, shows: grid, open: press('list.columns') },
    { name: 'list-views', path: list, shows: grid, open: press('views.save') },
    { name: 'list-groups', path: `${list}&group=fragile`, shows: '[role=row]' },
    { name: 'list-nothing', path: `${list}&search=nothing-like-it`, shows: 'main h1' },
    { name: 'board', path: '/records/showcase.piece?view=showcase.piece_board', shows: 'main section' },
    {
      name: 'calendar',
      path: '/records/showcase.piece?view=showcase.piece_calendar',
      shows: '[class*=calendar]',
      // A third of it is the library that draws it.
      most: 300,
    },
    { name: 'gallery', path: '/records/showcase.piece?view=showcase.piece_gallery', shows: 'img' },
    { name: 'tree', path: '/records/showcase.place?view=showcase.places', shows: '[role=row][data-index="0"]' },
    { name: 'plan', path: '/records/showcase.task?view=showcase.task_plan', shows: 'main h1' },
    { name: 'record', path: `/records/showcase.piece/${piece}`, shows: '[data-field=name]' },
    { name: 'record-around', path: `/records/showcase.piece/${piece}?tab=around`, shows: 'main table' },
    { name: 'record-usual', path: `/records/showcase.place/${place}`, shows: '[data-field=name]' },
    { name: 'record-edit', path: `/records/showcase.piece/${piece}/edit`, shows: '[data-field=name] input' },
    { name: 'record-new', path: '/records/showcase.piece/new', shows: '[data-field=name] input' },
    { name: 'import', path: '/records/showcase.piece/import', shows: 'input[type=file]', hidden: true },
    { name: 'page', path: '/pages/showcase.start', shows: 'main table' },
    { name: 'approvals', path: '/approvals/todo', shows: 'main h1' },
    { name: 'approvals-started', path: '/approvals/started', shows: 'main h1' },
    { name: 'profile', path: '/me', shows: 'input[type=password]' },
    { name: 'notifications', path: list, shows: grid, open: press('tray.open_other') },
    { name: 'account', path: list, shows: grid, open: press('account.open') },
    { name: 'palette', path: list, shows: grid, open: (page) => page.keyboard.press('Control+k') },
    { name: 'quick', path: list, shows: grid, open: press('quick.title') },
    ...['users', 'departments', 'roles', 'access', 'audit', 'jobs', 'effects', 'packs', 'settings'].map((name) => ({
      name: `admin-${name}`,
      path: `/admin/${name}`,
      shows: 'main h1',
    })),
    { name: 'admin-user', path: `/admin/users/${user}`, shows: 'main h1' },
    { name: 'admin-role', path: '/admin/roles/showcase.curator', shows: 'main h1' },
  ];
}

/**
 * Looks at a screen in one way. `cookies` are those of somebody who is signed in. Answers how many kilobytes the screen
 * has fetched beside the shell, before anything is opened on it.
 */
export async function look(browser, server, screen, way, cookies) {
  const { page, wrong, context } = await visit(browser, server.address, way);
  try {
    if (!screen.stranger) await context.addCookies(cookies);
    await context.addInitScript((language) => localStorage.setItem('lifeloom.language', language), way.locale);
    await page.goto(screen.path);
    const shown = page.locator(screen.shows).first();
    await shown.waitFor({ state: screen.hidden ? 'attached' : 'visible' });
    await page.waitForLoadState('networkidle');
    const more = await weightOf(page);
    if (screen.open) {
      await screen.open(page, (key) => say(way.locale, key));
      await page.locator(OVER).first().waitFor();
      await page.waitForLoadState('networkidle');
    }
    await settled(page);
    const name = `${screen.name} ${wayName(way)}`;
    await shoot(page, name.replaceAll(' ', '-'));
    await accessible(page, name);
    await told(page, name);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${name}: ${over} pixels hang over the edge`);
    sound(wrong);
    const { most = PAGE } = screen;
    assert.ok(more <= most, `${name}: ${more.toFixed(0)} of ${most} kB of the application beside the shell`);
    return more;
  } finally {
    await context.close();
  }
}

/** Kilobytes of gzip that a single page may fetch of the application beside what all pages need. */
const PAGE = 250;

async function weightOf(page) {
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1)),
  );
  const own = new Set(fetched.filter((name) => /^assets\/.*\.(js|css)$/.test(name)));
  for (const name of await shell()) own.delete(name);
  return weight([...own]);
}

const texts = {};
for (const locale of LANGUAGES) {
  const of = async (part) =>
    JSON.parse(await readFile(new URL(`../src/texts/${part}/${locale}.json`, import.meta.url), 'utf8'));
  const [common, imports, { admin }] = [await of('common'), await of('import'), await of('admin')];
  texts[locale] = { ...common, ...imports, admin: { ...common.admin, ...admin } };
}

function say(locale, key) {
  return key.split('.').reduce((part, name) => part[name], texts[locale]);
}

/** The keys of all texts: none of them is ever seen. */
function keysOf(part, before = '') {
  return Object.entries(part).flatMap(([name, value]) =>
    typeof value === 'string' ? `${before}${name}` : keysOf(value, `${before}${name}.`),
  );
}
const KEYS = new Set(keysOf(texts.en).map((key) => key.replace(/_(one|other)$/, '')));

async function told(page, name) {
  const words = (await page.locator('body').innerText()).split(/[\s:：,，]+/);
  assert.deepEqual(
    words.filter((word) => KEYS.has(word)),
    [],
    `${name}: keys of texts are seen`,
  );
}

/** The cookies of the administrator, signed in by the page. */
export async function cookiesOf(browser, server) {
  const { page, context } = await visit(browser, server.address);
  await signIn(page);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}
