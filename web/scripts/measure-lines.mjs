// Measures a keystroke in a form of many lines in Chromium: from the key to the end of the paint after it, and how long the
// page's own thread computes for it, which other work of the machine does not change.
// `LIFELOOM=path/of/lifeloom node scripts/measure-lines.mjs [lines…]`, after `npm run build`; the pages are those of `dist`.
import { open, signIn, visit } from '../e2e/browser.mjs';
import { serve } from '../e2e/server.mjs';

process.env.LIFELOOM_PAGES = '1';
const counts = process.argv.slice(2).map(Number);
const KEYS = 40;

const server = await serve(['definitions/base', 'examples/showcase']);
const browser = await open();
for (const count of counts.length > 0 ? counts : [100, 500]) {
  const lines = Array.from({ length: count }, (_, at) => ({ name: `Line ${at}`, quantity: '2', price: '3.50' }));
  const piece = await server.api('POST', '/records/showcase.piece', { name: `${count} lines`, lines });
  const { page, context } = await visit(browser, server.address);
  await signIn(page);
  await page.goto(`/records/showcase.piece/${piece.id}/edit`);
  const input = page.locator('[data-field="lines.3.quantity"] input');
  await input.waitFor();
  await input.focus();
  // The page is still busy with what it has just shown.
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    window.keys = [];
    document.addEventListener(
      'keydown',
      () => {
        const begin = performance.now();
        // The task after the next frame begins when that frame is painted.
        requestAnimationFrame(() => setTimeout(() => window.keys.push(performance.now() - begin)));
      },
      true,
    );
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const computed = async () =>
    (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const before = await computed();
  for (let key = 0; key < KEYS; key += 1) {
    await page.keyboard.press(String(key % 10));
    if (key % 8 === 7) for (let gone = 0; gone < 8; gone += 1) await page.keyboard.press('Backspace');
    await page.waitForTimeout(60);
  }
  const times = (await page.evaluate(() => window.keys)).sort((a, b) => a - b);
  const each = ((await computed()) - before) / times.length;
  const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(0);
  console.log(
    `${count} lines: ${times.length} keys, ${each.toFixed(0)} ms of CPU each; ` +
      `to the paint ${at(0.5)} ms in the median, 95 of 100 within ${at(0.95)} ms`,
  );
  await context.close();
}
await browser.close();
await server.stop();
