// Debian's Chromium, and what every page is held to: no error on the console, nothing fetched from elsewhere, no finding
// of axe.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';
import { PASSWORD, THEIRS } from './server.mjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Where screenshots go; without it none are made. */
const shots = process.env.LIFELOOM_SHOTS;

export const DESKTOP = { width: 1366, height: 820 };
export const PHONE = { width: 390, height: 844 };

/** How many times slower pages are than this machine: what a test does not wait for is seen then. */
const slower = Number(process.env.LIFELOOM_SLOWER ?? 1);

/** One browser for all tests of a file. */
export async function open() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  return browser;
}

/**
 * A page that remembers what went wrong in it. `locale` and `dark` are what the browser says of itself; with `worker` the
 * application is kept for the time without a network, which few tests are about.
 */
export async function visit(
  browser,
  address,
  { size = DESKTOP, dark = false, locale = 'en', worker = false, moving = false } = {},
) {
  const phone = size.width < 500;
  const context = await browser.newContext({
    baseURL: address,
    viewport: size,
    locale,
    serviceWorkers: worker ? 'allow' : 'block',
    colorScheme: dark ? 'dark' : 'light',
    // What is still growing may be clicked beside: that would be seen on a busy machine, and now and then.
    reducedMotion: moving ? 'no-preference' : 'reduce',
    hasTouch: phone,
    isMobile: phone,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  if (slower > 1) {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  }
  const wrong = [];
  page.on('console', (message) => {
    // What the server refuses a page shows; the browser says so on the console, too.
    const refused = /status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !refused) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(address).origin && !['data:', 'blob:'].includes(url.protocol))
      wrong.push(`asked ${url}`);
  });
  return { page, context, wrong };
}

/** Signs in by the page, as people do. */
export async function signIn(page, login = 'admin', password = login === 'admin' ? PASSWORD : THEIRS) {
  await page.goto('/');
  // What somebody chooses counts more than the language that the site knows of the user.
  const spoken = await page.evaluate(() => navigator.language);
  await page.locator(`button[lang="${spoken}"]`).click();
  await page.locator('input[autocomplete=username]').fill(login);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Somebody who has signed in, at `path` where one is named; `options` are those of a visit. */
export async function arrive(browser, server, login, { path, ...options } = {}) {
  const visited = await visit(browser, server.address, options);
  await signIn(visited.page, login);
  if (path) await visited.page.goto(path);
  return visited;
}

/** Nothing went wrong so far. */
export function sound(wrong) {
  assert.deepEqual(wrong, []);
}

/** Nothing moves any more: what is on its way in or out has other colours and names than it will have. */
export async function settled(page) {
  await page.evaluate(() => {
    const ends = (one) => one.effect?.getTiming().iterations !== Infinity;
    const moving = document.getAnimations().filter(ends);
    return Promise.allSettled(moving.map((one) => one.finished));
  });
}

/** What axe looks at: WCAG 2.2 AA. */
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] };

/** Where a text is missing, its path is shown instead. */
const TOPICS = ['common', 'admin', 'import'].flatMap((part) =>
  Object.keys(JSON.parse(readFileSync(new URL(`../src/texts/${part}/en.json`, import.meta.url)))),
);
const MISSING = new RegExp(`\\b(?:${TOPICS.join('|')})(?:\\.\\w+){2,}`, 'g');

/** The page as it is now has no finding of axe, and lacks no text. */
export async function accessible(page, name) {
  await settled(page);
  const missing = (await page.locator('body').innerText()).match(MISSING);
  assert.equal(missing, null, `${name}: texts`);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate((rules) => window.axe.run(rules), RULES);
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${name}: ${id} at ${target.join(' ')}: ${failureSummary}`),
  );
  assert.deepEqual(told, []);
  assert.equal(await page.locator('a button, button a').count(), 0, `${name}: one thing to do is one stop`);
}

/** Chooses an entry of one of the kit's selects, by words of it. */
export async function choose(page, label, option, within = page) {
  const input = within.getByLabel(label, { exact: true });
  await input.click();
  await input.fill(option);
  await page
    .locator('.ant-select-dropdown:visible .ant-select-item-option')
    .filter({ hasText: option })
    .first()
    .click();
}

/** Keeps a picture where somebody wants to look at pages. */
export async function shoot(page, name) {
  if (!shots) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

/** What is read becomes what is expected: a page shows what somebody did a moment later. */
export async function becomes(read, expected, why) {
  let found;
  for (let tries = 0; tries < 100; tries += 1) {
    found = await read();
    if (isDeepStrictEqual(found, expected)) return;
    await new Promise((next) => setTimeout(next, 100));
  }
  assert.deepEqual(found, expected, why);
}

/** Waits for what happens behind the page. */
export async function until(holds) {
  for (let tries = 0; !(await holds()); tries += 1) {
    assert.ok(tries < 300, `it does not come to pass: ${holds}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}
