import type { Row } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { titleOf } from '../../../definition/title';
import type { Json } from '../../../definition/json';
import type { ObjectDefinition, View } from '../../../definition/types';
import { type Span, spanOf } from './time';

/** A record as the chart knows it. */
export interface Task {
  id: string;
  row: Row;
  title: string;
  /** `null` where it has no begin. */
  span: Span | null;
  /** 0 to 100 */
  progress: number | null;
  after: string[];
  parent: string | null;
  /** What it is grouped by. */
  group: Json;
}

/** A line of the chart: a task, or the head of a group. */
export type Line =
  | { kind: 'task'; id: string; task: Task; depth: number; branches: boolean; span: Span | null; whole: boolean }
  | { kind: 'group'; id: string; group: Json; count: number };

/** The records of a view as tasks. */
export function tasksOf(object: ObjectDefinition, view: View, rows: readonly Row[]): Task[] {
  const { start = '', end = '', title = '', progress = '', parent = '', depends_on = '', group_by = '' } = view;
  const days = object.fields[start]?.type === 'date';
  return rows.map((row) => {
    const named = row[title];
    const share = row[progress] ?? null;
    return {
      id: row.id,
      row,
      title: typeof named === 'string' && named !== '' ? named : titleOf(object, row),
      span: spanOf(row[start], row[end], days),
      progress: share === null ? null : Math.max(0, Math.min(100, Number(share))),
      after: idsOf(row[depends_on]),
      parent: referred(row[parent])?.id ?? null,
      group: row[group_by] ?? null,
    };
  });
}

function idsOf(value: Json | undefined): string[] {
  const all = Array.isArray(value) ? value : [value];
  return all.flatMap((one) => referred(one)?.id ?? []);
}

/** What a group is told apart by. */
export function keyOf(group: Json): string {
  return `group ${referred(group)?.id ?? JSON.stringify(group)}`;
}

/**
 * The lines from top to bottom: groups, in them tasks, below each its branches.
 *
 * @param closed - ids of tasks and groups whose branches are not shown
 */
export function linesOf(tasks: readonly Task[], closed: ReadonlySet<string>, grouped: boolean): Line[] {
  if (!grouped) return branchesOf(tasks, closed);
  const groups = groupedBy(tasks, (task) => keyOf(task.group));
  return [...groups].flatMap(([id, members]) => {
    const head: Line = { kind: 'group', id, group: members[0]?.group ?? null, count: members.length };
    return closed.has(id) ? [head] : [head, ...branchesOf(members, closed)];
  });
}

function groupedBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const found = groups.get(key(one));
    if (found) found.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

function branchesOf(tasks: readonly Task[], closed: ReadonlySet<string>): Line[] {
  const here = new Set(tasks.map((task) => task.id));
  // What belongs to something that is not shown stands on its own.
  const under = groupedBy(tasks, (task) => (task.parent !== null && here.has(task.parent) ? task.parent : ''));
  const lines: Line[] = [];
  const met = new Set<string>();
  const walk = (parent: string, depth: number) => {
    for (const task of under.get(parent) ?? []) {
      if (met.has(task.id)) continue;
      met.add(task.id);
      const branches = under.has(task.id);
      const whole = branches && task.span === null;
      const span = whole ? spanOfAll(under, task.id, new Set()) : task.span;
      lines.push({ kind: 'task', id: task.id, task, depth, branches, span, whole });
      if (branches && !closed.has(task.id)) walk(task.id, depth + 1);
    }
  };
  walk('', 0);
  return lines;
}

/** From the first begin to the last end of what belongs to a task. */
function spanOfAll(under: ReadonlyMap<string, readonly Task[]>, parent: string, met: Set<string>): Span | null {
  if (met.has(parent)) return null;
  met.add(parent);
  const spans = (under.get(parent) ?? []).flatMap((task) => task.span ?? spanOfAll(under, task.id, met) ?? []);
  if (spans.length === 0) return null;
  return {
    start: Math.min(...spans.map((span) => span.start)),
    end: Math.max(...spans.map((span) => span.end)),
  };
}
