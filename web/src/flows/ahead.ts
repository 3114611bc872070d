import type * as Schema from '../definition/schema.gen';
import { nest, type Placed, type Seat, type Step } from './tree';

/** The tree of what lies ahead of a record that is not yet submitted. */
export function treeAhead(path: Schema.PredictedPath): Step[] {
  const all: (Placed & { position: number })[] = [];
  for (const { first, visits } of visited(path)) {
    all.push({
      step: stepAhead(first, visits, path),
      within: first.within,
      branches: first.branches,
      position: first.position,
    });
  }
  for (const one of path.skipped) {
    const { node, label, asks, why } = one;
    const step: Step = {
      node,
      label,
      asks,
      state: 'skipped',
      because: why,
      seats: [],
      lanes: [],
      returns: 0,
      times: 1,
    };
    if (path.halted?.node === node) halt(step, path);
    all.push({ step, within: one.within, position: one.position });
  }
  return nest(all.sort((a, b) => a.position - b.position));
}

/** What lies ahead step by step: one that is walked for each item, or in rounds, once. */
export function visited(path: Schema.PredictedPath): { first: Schema.PredictedStep; visits: Schema.PredictedStep[] }[] {
  const found = new Map<string, Schema.PredictedStep[]>();
  for (const step of path.steps) found.set(step.node, [...(found.get(step.node) ?? []), step]);
  return [...found.values()].flatMap((visits) => (visits[0] ? { first: visits[0], visits } : []));
}

function stepAhead(first: Schema.PredictedStep, visits: Schema.PredictedStep[], path: Schema.PredictedPath): Step {
  const { node, label, asks, state, assumed } = first;
  const expected = visits.at(-1)?.expected;
  const step: Step = {
    node,
    label,
    asks,
    state,
    seats: seatsAhead(visits),
    lanes: [],
    returns: 0,
    times: visits.length,
    assumed,
    expected,
  };
  if (path.halted?.node === node) halt(step, path);
  return step;
}

/** Marks where a flow would be refused. */
export function halt(step: Step, { halted }: Schema.PredictedPath): void {
  step.state = 'halted';
  step.halted = halted?.message ?? '';
}

/** Everybody who would be asked, once. */
export function seatsAhead(visits: readonly Schema.PredictedStep[]): Seat[] {
  const seats = new Map<string, Seat>();
  for (const visit of visits) {
    visit.people.forEach((one, at) => {
      const key = `ahead.${one.person?.id ?? at}.${one.why}`;
      seats.set(key, {
        key,
        person: one.person,
        kind: visit.asks ?? 'approve',
        state: one.skipped === null ? 'predicted' : 'skipped',
        why: one.why,
        origin: one.origin,
        inPlaceOf: one.in_place_of,
        skipped: one.skipped ?? undefined,
      });
    });
  }
  return [...seats.values()];
}
