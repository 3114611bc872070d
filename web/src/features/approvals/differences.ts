import type { Change } from '../../api/records';
import type { WholeInstance } from '../../api/tasks';

/** What became of a field since somebody looked at it. */
export interface Difference {
  field: string;
  old: Change['old'];
  new: Change['new'];
  by: Change['by'];
}

/** The version that somebody decided about last in a flow, as the history of the record tells it by time. */
export function decidedAbout(instance: Pick<WholeInstance, 'tasks'>, person: string, changes: readonly Change[]) {
  const decided = instance.tasks.filter((one) => one.decided_by?.id === person && one.decided_at !== null);
  const last = decided
    .map((one) => one.decided_at ?? '')
    .sort()
    .at(-1);
  if (last === undefined) return undefined;
  const before = changes.filter((one) => Date.parse(one.at) <= Date.parse(last)).map((one) => one.version);
  return before.length === 0 ? undefined : Math.max(...before);
}

/** Field by field what changed after a version; `changes` begin with the newest. What is as it was is none. */
export function differences(changes: readonly Change[], since: number): Difference[] {
  const found = new Map<string, Difference>();
  for (const one of changes) {
    if (one.version <= since) continue;
    const known = found.get(one.field);
    found.set(
      one.field,
      known ? { ...known, old: one.old } : { field: one.field, old: one.old, new: one.new, by: one.by },
    );
  }
  return [...found.values()].filter((one) => JSON.stringify(one.old) !== JSON.stringify(one.new));
}
