// How long people wait for large views, and whether scrolling stutters: `node scripts/speed.mjs [what…]`. It fills a real
// server with records, opens each view some times and prints what was measured beside the goal. Nothing fails by time:
// what a busy machine measures says more about its other work.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, signIn, visit } from '../e2e/browser.mjs';
import { serve } from '../e2e/server.mjs';
import { fill, record, writePack } from './speed/pack.mjs';

/** How often a view is opened; the median counts. */
const TIMES = 3;
const today = new Date().toISOString().slice(0, 10);

/** Views: how many records, and what must be there to be called painted. */
const PAINTED = {
  list: { object: 'row', count: 10_000, view: 'rows', at: '[role=gridcell]', says: 'Row 000003' },
  kanban: { object: 'card', count: 2000, view: 'cards', at: 'section button', says: 'Row 0' },
  calendar: { object: 'event', count: 5000, view: 'events', at: '[role=grid], [role=table], main', says: 'Event 0' },
  tree: { object: 'node', count: 10_000, view: 'nodes', at: '[role=row]', says: 'Node 000003' },
  gantt: { object: 'task', count: 1000, view: 'tasks', at: '[data-bar]', says: '' },
};
/** The longest list that is scrolled from its begin to its end. */
const LONG = 100_000;

const asked = process.argv.slice(2);
const wanted = (what) => asked.length === 0 || asked.includes(what);
const folder = await mkdtemp(join(tmpdir(), 'lifeloom-speed-'));
let server, browser;
try {
  await writePack(folder, wanted('gantt') ? [] : ['gantt']);
  server = await serve(['definitions/base', folder]);
  browser = await open();
  const { page } = await visit(browser, server.address);
  await signIn(page);
  await page.getByRole('heading').first().waitFor();
  for (const [what, one] of Object.entries(PAINTED)) {
    if (!wanted(what)) continue;
    await fill(server, one.object, one.count, (at, ids) => record[one.object](at, ids, today));
    const paints = [];
    for (let time = 0; time < TIMES; time += 1) paints.push(await paint(page, one));
    const times = paints.toSorted((a, b) => a - b).map((one) => one.toFixed(0));
    console.log(
      `${what}, ${one.count} records: best ${times[0]}, median ${times[Math.floor(TIMES / 2)]} ms (goal 2000)`,
    );
  }
  if (wanted('scroll')) {
    const there = wanted('list') ? PAINTED.list.count : 0;
    await fill(server, 'row', LONG - there, (at) => record.row(at + there));
    const { most, long, frames, blank } = await scroll(page);
    const told =
      long.length === 0 ? 'no long task' : `long tasks of ${long.map((one) => one.toFixed(0)).join(', ')} ms`;
    console.log(
      `scroll, ${LONG} rows in ${frames} frames: at most ${most} row nodes (goal 200), ${told} (goal: none over 100 ms), ${blank} ms until the last rows`,
    );
  }
  console.log(`load of the machine meanwhile: ${loadavg()[1].toFixed(1)} on ${cpus().length} cores`);
} finally {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Milliseconds from the begin of the navigation to the first frame that shows what people came for. */
async function paint(page, { object, view, at, says }) {
  await page.goto(`/records/speed.${object}?view=speed.${view}`, { waitUntil: 'commit' });
  const shown = ({ at, says }) =>
    [...document.querySelectorAll(at)].some((one) => one.textContent.includes(says)) && performance.now();
  const found = await page.waitForFunction(shown, { at, says }, { polling: 'raf' });
  return found.jsonValue();
}

/** Scrolls the long list from its begin to its end, some screens a frame, and watches it. */
async function scroll(page) {
  await page.goto('/records/speed.row?view=speed.rows');
  await page.getByText('Row 000003').waitFor();
  const watched = await page.getByRole('grid').evaluate(async (grid) => {
    const long = [];
    const observer = new PerformanceObserver((list) => {
      long.push(...list.getEntries().map((entry) => entry.duration));
    });
    observer.observe({ type: 'longtask' });
    let [most, frames] = [0, 0];
    const step = grid.clientHeight * 3;
    while (grid.scrollTop + grid.clientHeight < grid.scrollHeight - 1) {
      grid.scrollTop += step;
      await new Promise((next) => requestAnimationFrame(next));
      most = Math.max(most, grid.querySelectorAll('[role=row]').length);
      frames += 1;
    }
    observer.disconnect();
    return { most, frames, long: long.filter((one) => one > 100) };
  });
  const begin = Date.now();
  await page.getByText('Row 099999').waitFor();
  return { ...watched, blank: Date.now() - begin };
}
