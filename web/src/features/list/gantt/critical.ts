/*
 * The critical path: the longest chain of what waits for one another, by which the whole lasts as long as it does
 * (J. E. Kelley, M. R. Walker: Critical-Path Planning and Scheduling, 1959). It is found as the longest path in a graph
 * without loops, visited in topological order, forwards and backwards (R. Sedgewick, K. Wayne: Algorithms, 4th edition,
 * section 4.4; the order by A. B. Kahn: Topological Sorting of Large Networks, 1962).
 */

/** Something that lasts, and what must end before it begins. */
export interface Step {
  id: string;
  length: number;
  after: readonly string[];
}

export interface Critical {
  /** What delays the whole where it is late. */
  steps: ReadonlySet<string>;
  /** Of those, what begins at once when another ends: `from to`. */
  links: ReadonlySet<string>;
  /** How long the longest chain lasts. */
  length: number;
  /** What waits for itself, by way of others: it has no order. */
  loops: ReadonlySet<string>;
}

/** Lengths are sums of fractions. */
const EQUAL = 1e-6;

/** The critical path of these steps; what they wait for and is not among them is left out. */
export function criticalPath(all: readonly Step[]): Critical {
  const loops = loopsOf(all);
  const known = new Map(all.filter((step) => !loops.has(step.id)).map((step) => [step.id, step]));
  const before = (id: string) => (known.get(id)?.after ?? []).filter((one) => known.has(one));
  const next = inverse([...known.keys()], before);
  const order = ordered([...known.keys()], before, next);
  const lengthOf = (id: string) => known.get(id)?.length ?? 0;

  const ends = new Map<string, number>();
  for (const id of order) {
    const begin = Math.max(0, ...before(id).map((one) => ends.get(one) ?? 0));
    ends.set(id, begin + lengthOf(id));
  }
  const whole = Math.max(0, ...ends.values());
  const latest = new Map<string, number>();
  for (const id of order.toReversed()) {
    const followers = next.get(id) ?? [];
    latest.set(id, Math.min(whole, ...followers.map((one) => (latest.get(one) ?? whole) - lengthOf(one))));
  }
  const tight = order.filter((id) => (latest.get(id) ?? 0) - (ends.get(id) ?? 0) < EQUAL);
  // Where nothing waits for anything there is no path.
  const chained = order.some((id) => before(id).length > 0);
  const steady = new Set(chained ? tight : []);
  const links = [...steady].flatMap((id) =>
    before(id)
      .filter((one) => steady.has(one) && (ends.get(id) ?? 0) - lengthOf(id) - (ends.get(one) ?? 0) < EQUAL)
      .map((one) => `${one} ${id}`),
  );
  return { steps: steady, links: new Set(links), length: chained ? whole : 0, loops };
}

type Around = (id: string) => readonly string[];

function inverse(ids: readonly string[], before: Around): Map<string, string[]> {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const id of ids) for (const one of before(id)) next.get(one)?.push(id);
  return next;
}

/** Each after all it waits for; what is in a loop, or behind one, is not among them. */
function ordered(ids: readonly string[], before: Around, next: ReadonlyMap<string, readonly string[]>): string[] {
  const waits = new Map(ids.map((id) => [id, before(id).length]));
  const ready = ids.filter((id) => waits.get(id) === 0);
  for (let at = 0; at < ready.length; at += 1) {
    for (const one of next.get(ready[at] ?? '') ?? []) {
      const left = (waits.get(one) ?? 0) - 1;
      waits.set(one, left);
      if (left === 0) ready.push(one);
    }
  }
  return ready;
}

/** What is left where both what waits for nothing and what nothing waits for is taken away, again and again. */
function loopsOf(steps: readonly Step[]): Set<string> {
  const known = new Map(steps.map((step) => [step.id, step]));
  const ids = [...known.keys()];
  const before = (id: string) => [...new Set(known.get(id)?.after ?? [])].filter((one) => known.has(one));
  const next = inverse(ids, before);
  const forwards = new Set(ordered(ids, before, next));
  const left = ids.filter((id) => !forwards.has(id));
  if (left.length === 0) return new Set();
  const after: Around = (id) => (next.get(id) ?? []).filter((one) => !forwards.has(one));
  const backwards = new Set(ordered(left, after, inverse(left, after)));
  return new Set(left.filter((id) => !backwards.has(id)));
}
