// Every screen is opened once, each in another language, theme and width; `make sweep` opens all of them in all ways.
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { cookiesOf, furnished, look, screens, WAYS, wayName } from './screens.mjs';

/** Opens everything, as a sweep does. */
const all = process.env.LIFELOOM_SWEEP !== undefined;
let house, browser, cookies;

before(async () => {
  house = await furnished();
  browser = await open();
  cookies = await cookiesOf(browser, house.server);
});

after(async () => {
  await browser?.close();
  await house?.server.stop();
});

test('every screen is sound', async (t) => {
  const there = screens(house);
  const weights = new Map();
  for (const [at, screen] of there.entries()) {
    // Five ways further each time: neighbours differ in language, theme and width.
    for (const way of all ? WAYS : [WAYS[(at * 5) % WAYS.length]]) {
      await t.test(`${screen.name} ${wayName(way)}`, async () => {
        const more = await look(browser, house.server, screen, way, cookies);
        weights.set(screen.name, Math.max(more, weights.get(screen.name) ?? 0));
      });
    }
  }
  const heavy = [...weights].sort(([, a], [, b]) => b - a).slice(0, 8);
  t.diagnostic(
    `heaviest, beside the shell: ${heavy.map(([name, more]) => `${name} ${more.toFixed(0)} kB`).join(', ')}`,
  );
});
