import { useState } from 'react';

/** Which of a list are marked; what is no longer in the list is marked no more. */
export function useMarks<R>(rows: readonly R[], id: (row: R) => string) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const marked = rows.filter((row) => chosen.has(id(row)));
  const mark = (row: R, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id(row));
    else next.delete(id(row));
    setChosen(next);
  };
  const all = rows.length > 0 && marked.length === rows.length;
  return {
    marked,
    all,
    is: (row: R) => chosen.has(id(row)),
    mark,
    markAll: (on: boolean) => setChosen(new Set(on ? rows.map(id) : [])),
  };
}

/** What is done to those that are marked, and to how many. */
export const counted = (label: string, count: number) => (count === 0 ? label : `${label} (${count})`);
