import { expect, test } from 'vitest';
import { criticalPath } from './critical';

/** Steps as `name length after after…`; the critical ones, the links between them, the length, the loops. */
function check(steps: string[], critical: string, links: string, length: number, loops = ''): void {
  const read = steps.map((step) => {
    const [id = '', lasts, ...after] = step.split(' ');
    return { id, length: Number(lasts), after };
  });
  const found = criticalPath(read);
  const told = [found.steps, found.links, found.loops].map((set) => [...set].sort().join(','));
  expect([...told, found.length], steps.join('; ')).toEqual([critical, links, loops, length]);
}

test('the longest chain is critical', () => {
  check([], '', '', 0);
  // Nothing waits for anything: there is no path.
  check(['a 3', 'b 5'], '', '', 0);
  check(['a 3', 'b 5 a'], 'a,b', 'a b', 8);
  check(['a 3', 'b 5', 'c 1 a b'], 'b,c', 'b c', 6);
  // Two of the same length are both critical.
  check(['a 2', 'b 2', 'c 1 a b'], 'a,b,c', 'a c,b c', 3);
  // The direct way from a to d has time to spare, although both ends are critical.
  check(['a 1', 'b 4 a', 'c 2 a', 'd 1 b c a'], 'a,b,d', 'a b,b d', 6);
  // A chain that ends earlier is not.
  check(['a 4', 'b 4 a', 'x 1', 'y 6 x'], 'a,b', 'a b', 8);
  check(
    ['a 0.1', 'b 0.2 a', 'c 0.3 b', 'd 0.6', 'e 0 c d'],
    'a,b,c,d,e',
    'a b,b c,c e,d e',
    expect.closeTo(0.6) as never,
  );
});

test('what is not at hand is left out, what waits for itself is told', () => {
  check(['a 3 gone', 'b 2 a', 'c 9'], 'c', '', 9);
  check(['a 1 c', 'b 1 a', 'c 1 b', 'd 5 c', 'e 1 d'], 'd,e', 'd e', 6, 'a,b,c');
  check(['a 1 a', 'b 1', 'c 1 b'], 'b,c', 'b c', 2, 'a');
});
