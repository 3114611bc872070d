import type * as Schema from '../definition/schema.gen';

type Person = Schema.PersonReference | null;
type Place = Schema.StepPlace | null;

/** What became of a step, or will. */
export type StepState = 'taken' | 'waiting' | 'predicted' | 'skipped' | 'cancelled' | 'later' | 'not_taken' | 'halted';

/** Somebody who acts at a step, acted there or would act. */
export interface Seat {
  key: string;
  person: Person;
  kind: 'approve' | 'handle' | 'cc';
  state: Schema.Task['state'] | 'predicted';
  why: string;
  origin: string;
  inPlaceOf: Schema.InPlaceOf | null;
  /** Why the person need not act. */
  skipped?: 'own_request' | 'approved_before' | undefined;
  /** Who asked for this seat beside those that the step names. */
  addedBy?: Person | undefined;
  comment?: string | null | undefined;
  /** Who decided, where that is somebody else. */
  by?: Person | undefined;
  /** Since when it waits, when it was decided, until when it should be. */
  since?: string | undefined;
  at?: string | null | undefined;
  due?: string | null | undefined;
  automatic?: boolean | undefined;
}

/** A step, with the branches that lie in it. */
export interface Step {
  node: string;
  label: string;
  asks: Seat['kind'] | null;
  state: StepState;
  /** Why it went on without a decision of anybody. */
  unasked?: Schema.PathStep['skipped'] | undefined;
  /** Why it is left out. */
  because?: Schema.SkippedStep['why'] | undefined;
  seats: Seat[];
  lanes: Lane[];
  since?: string | null | undefined;
  until?: string | null | undefined;
  seconds?: number | null | undefined;
  /** When it is expected to be done. */
  expected?: string | null | undefined;
  returns: number;
  /** How often it would be walked. */
  times: number;
  /** What is taken to happen, of a step that waits. */
  assumed?: string | null | undefined;
  /** Why the flow would not go on here. */
  halted?: string | undefined;
}

/** One way through the steps in a step. */
export interface Lane {
  key: string;
  name: string | null;
  label: string | null;
  way: Schema.StepPlace['way'];
  /** Whether it is walked; null where that is open. */
  taken: boolean | null;
  steps: Step[];
}

/** A step with the place where it lies, and what is known of its branches beside their steps. */
export interface Placed {
  step: Step;
  within: Place;
  branches?: Schema.PredictedBranch[] | null | undefined;
}

/** Steps that were walked, are walked or will be. */
const WALKED: readonly StepState[] = ['taken', 'waiting', 'predicted', 'cancelled', 'halted'];

/** Puts steps, in the order of the workflow, into those in which they lie. */
export function nest(all: readonly Placed[]): Step[] {
  const known = new Map(all.map((one) => [one.step.node, one]));
  const top: Step[] = [];
  for (const { step, branches } of all) {
    for (const { name, label, taken } of branches ?? []) laneOf(step, name, label, 'steps').taken = taken;
  }
  for (const { step, within } of all) {
    const owner = within === null ? undefined : known.get(within.node)?.step;
    if (owner === undefined || within === null) top.push(step);
    else laneOf(owner, within.branch, within.label, within.way).steps.push(step);
  }
  for (const { step, branches } of all) {
    for (const lane of step.lanes) {
      const told = branches?.some((branch) => branch.name === lane.name) === true;
      if (!told) lane.taken = isWalked(lane);
    }
    // What is done after a failure is told where something failed.
    step.lanes = step.lanes.filter((lane) => lane.way === 'steps' || lane.taken === true);
  }
  return top;
}

function laneOf(step: Step, name: string | null, label: string | null, way: Lane['way']): Lane {
  const key = `${way}.${name ?? ''}`;
  const known = step.lanes.find((lane) => lane.key === key);
  if (known) return known;
  const lane: Lane = { key, name, label, way, taken: null, steps: [] };
  step.lanes.push(lane);
  return lane;
}

function isWalked({ steps }: Lane): boolean | null {
  if (steps.some(({ state, unasked }) => WALKED.includes(state) || unasked)) return true;
  return steps.every(({ state }) => state === 'later') ? null : false;
}

/** All steps below some, in their order. */
export function flat(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => [step, ...step.lanes.flatMap((lane) => flat(lane.steps))]);
}
