import { useEffect, useRef } from 'react';

/**
 * Gives each row in sight one of `size` places, the keys of what shows them: a row that leaves at one end comes in again
 * at the other with what stands there. Making new ones is most of the work of scrolling, and the rest is moving them in the
 * page: who jumps further than he sees finds them in the order in which they stood.
 */
export function useSlots(first: number, last: number, size: number): (index: number) => number {
  const before = useRef({ first: 0, last: -1, turn: 0 });
  const { turn: old, ...seen } = before.current;
  const jumped = first > seen.last || last < seen.first;
  const turn = jumped ? old + first - seen.first : old;
  useEffect(() => {
    before.current = { first, last, turn };
  }, [first, last, turn]);
  return (index) => (((index - turn) % size) + size) % size;
}
