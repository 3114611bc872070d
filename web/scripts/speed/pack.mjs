// A pack with an object of many records for each type of view, written into a folder.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const object = (name, fields) =>
  [`kind: object`, `name: ${name}`, `label: ${name}`, `plural: ${name}s`, `title: name`, `ownership: user`, `fields:`]
    .concat(
      ['name: {type: text, label: Name, required: true, max: 80, search: true}', ...fields].map((one) => `  ${one}`),
    )
    .join('\n');

const STATES = ['open', 'planned', 'begun', 'waiting', 'done'];
const state = `state: {type: select, label: State, options: {${STATES.map((one) => `${one}: {label: ${one}}`).join(', ')}}}`;
const amount = 'amount: {type: money, currency: CNY, label: Amount}';
const dates = ['begins_on: {type: date, label: Begins}', 'ends_on: {type: date, label: Ends}'];

const FILES = {
  'pack.yaml': "kind: pack\nname: speed\nversion: 1.0.0\nengine: '>=0.1'\nrequires: {base: '>=1.0.0'}",
  'objects/row.yaml': object('row', [state, amount, ...dates]),
  'objects/card.yaml': object('card', [state, amount, ...dates]),
  'objects/event.yaml': object('event', dates),
  'objects/task.yaml': object('task', [
    ...dates,
    'done: {type: percent, scale: 0, label: Done}',
    'after: {type: references, to: task, label: After}',
    'part_of: {type: reference, to: task, tree: true, on_delete: restrict, label: Part of}',
  ]),
  'objects/node.yaml': object('node', [
    amount,
    'part_of: {type: reference, to: node, tree: true, on_delete: restrict, label: Part of}',
  ]),
  'views/rows.yaml': view(
    'rows',
    'row',
    'list',
    'columns: [name, state, amount, begins_on, ends_on, owner]\nsort: [name]',
  ),
  'views/cards.yaml': view(
    'cards',
    'card',
    'kanban',
    'group_by: state\ncard: {title: name, lines: [amount, ends_on], sum: amount}',
  ),
  'views/events.yaml': view('events', 'event', 'calendar', 'start: begins_on\nend: ends_on\ntitle: name'),
  'views/nodes.yaml': view('nodes', 'node', 'tree', 'parent: part_of\ncolumns: [name, amount]\nsort: [name]'),
  'views/tasks.yaml': view(
    'tasks',
    'task',
    'gantt',
    'start: begins_on\nend: ends_on\ntitle: name\ndepends_on: after\nprogress: done\nparent: part_of\ncolumns: [name, ends_on]\nsort: [name]',
  ),
};

function view(name, of, type, rest) {
  return `kind: view\nname: ${name}\nobject: ${of}\ntype: ${type}\nlabel: ${name}\n${rest}`;
}

/** Writes the pack; of its views only those of types that the server knows. */
export async function writePack(folder, without = []) {
  for (const [path, text] of Object.entries(FILES)) {
    if (without.some((type) => text.includes(`\ntype: ${type}\n`))) continue;
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), `${text}\n`);
  }
}

/** As many records at once as the server takes without making a job of them. */
const AT_ONCE = 500;

/** Creates `count` records; `record` says what is in each. */
export async function fill(server, object, count, record) {
  const ids = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - first);
    const operations = Array.from({ length }, (_, at) => ({ create: record(first + at, ids) }));
    const { results } = await server.api('POST', `/records/speed.${object}/bulk`, { mode: 'each', operations });
    const failed = results.find((one) => one.status >= 300);
    if (failed) throw new Error(JSON.stringify(failed));
    ids.push(...results.map((one) => one.id ?? one.record?.id));
  }
  return ids;
}

const day = (at) => new Date(Date.UTC(2026, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
const named = (word, at) => `${word} ${String(at).padStart(6, '0')}`;

export const record = {
  row: (at) => ({
    name: named('Row', at),
    state: STATES[at % STATES.length],
    amount: `${at % 9973}.50`,
    begins_on: day(at % 365),
    ends_on: day((at % 365) + 5),
  }),
  card: (at) => record.row(at),
  /** Spread over the month that is looked at first and those around it. */
  event: (at, _, today) => ({
    name: named('Event', at),
    begins_on: shifted(today, (at % 365) - 182),
    ends_on: shifted(today, (at % 365) - 182 + (at % 3)),
  }),
  /** Chains of ten in branches of twenty, two thirds of them waiting for the one before. */
  task: (at, ids) => ({
    name: named('Task', at),
    begins_on: day((at % 20) * 6 + Math.floor(at / 20)),
    ends_on: day((at % 20) * 6 + Math.floor(at / 20) + 4),
    done: String(at % 101),
    ...(at % 20 === 0 || ids.length <= at - (at % 20) ? {} : { part_of: ids[at - (at % 20)] }),
    after: at % 3 === 0 || ids.length < at ? [] : [ids[at - 1]],
  }),
  /** A hundred branches of a hundred. */
  node: (at, ids) => ({
    name: named('Node', at),
    amount: `${at}.00`,
    ...(at < 100 ? {} : { part_of: ids[at % 100] }),
  }),
};

function shifted(today, by) {
  return new Date(Date.parse(today) + by * 86_400_000).toISOString().slice(0, 10);
}
