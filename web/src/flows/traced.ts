import type * as Schema from '../definition/schema.gen';
import { halt, seatsAhead, visited } from './ahead';
import { nest, type Placed, type Seat, type Step, type StepState } from './tree';

type Instance = Pick<Schema.WholeInstance, 'path' | 'tasks'>;

/** The tree of a flow that was begun: what was walked, where it stands, and what lies ahead as far as that is known. */
export function treeTraced({ path, tasks }: Instance, predicted?: Schema.PredictedPath | null): Step[] {
  const ahead = new Map(predicted ? visited(predicted).map((one) => [one.first.node, one]) : []);
  const skipped = new Map(predicted?.skipped.map((one) => [one.node, one]));
  const all = path.map((one): Placed => {
    const { node, label, asks, since, until, seconds, returns } = one;
    const coming = ahead.get(node);
    const state = stateOf(one.state, coming?.first.state, skipped.has(node));
    const comes = coming?.first.state === 'predicted' ? seatsAhead(coming.visits) : [];
    const step: Step = {
      node,
      label,
      asks,
      state,
      unasked: one.skipped,
      because: state === 'skipped' ? skipped.get(node)?.why : undefined,
      seats: [
        ...tasks
          .filter((task) => task.node === node)
          .map(seatOf)
          .sort(byTime),
        ...comes,
      ],
      lanes: [],
      since,
      until,
      seconds,
      expected: coming?.visits.at(-1)?.expected,
      returns,
      times: state === 'predicted' ? (coming?.visits.length ?? 1) : 1,
      assumed: coming?.first.assumed,
    };
    if (predicted?.halted && predicted.halted.node === node) halt(step, predicted);
    // What was decided before is not decided anew.
    return { step, within: one.within, branches: state === 'predicted' ? coming?.first.branches : null };
  });
  return nest(all);
}

function stateOf(now: Schema.PathStep['state'], coming: string | undefined, skipped: boolean): StepState {
  if (coming === 'predicted' && now !== 'taken' && now !== 'skipped' && now !== 'waiting') return 'predicted';
  if (now !== 'open') return now;
  return skipped ? 'skipped' : 'later';
}

function seatOf(task: Schema.Task): Seat {
  const other = task.decided_by !== null && task.decided_by.id !== task.assignee?.id;
  return {
    key: task.id,
    person: task.assignee,
    kind: task.kind,
    state: task.state,
    why: task.why,
    origin: task.origin,
    inPlaceOf: task.in_place_of,
    skipped: task.skipped,
    addedBy: task.added?.by,
    comment: task.comment,
    by: other ? task.decided_by : undefined,
    since: task.created_at,
    at: task.decided_at ?? (task.kind === 'cc' ? task.read_at : null),
    due: task.state === 'open' ? task.due_at : null,
    automatic: task.automatic,
  };
}

/** As they were asked; who acts after others stands behind them. */
function byTime(a: Seat, b: Seat): number {
  return (a.since ?? '').localeCompare(b.since ?? '');
}
