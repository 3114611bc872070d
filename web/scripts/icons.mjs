// Draws the icons that telephones and desktops want as pictures from `public/icon.svg`: `node scripts/icons.mjs`, after
// a change of it. They lie beside it, since few machines that build have a browser.
import { readFile } from 'node:fs/promises';
import { open } from '../e2e/browser.mjs';

const folder = new URL('../public/', import.meta.url).pathname;
const svg = await readFile(`${folder}icon.svg`, 'utf8');
const ground = /fill="(#[0-9a-f]{6})"/.exec(svg)[1];
/** Name, side, and the share that the drawing takes: what is cut to a circle has a ground up to its edges. */
const icons = [
  ['icon-192.png', 192, 1],
  ['icon-512.png', 512, 1],
  ['icon-maskable-512.png', 512, 0.8],
  ['icon-apple-180.png', 180, 0.9],
];

const browser = await open();
const page = await browser.newPage();
for (const [name, side, share] of icons) {
  const size = Math.round(side * share);
  await page.setViewportSize({ width: side, height: side });
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${share < 1 ? ground : 'none'}">` +
      svg.replace('<svg', `<svg width="${size}" height="${size}" style="display:block"`),
  );
  await page.screenshot({ path: `${folder}${name}`, omitBackground: true });
}
await browser.close();
