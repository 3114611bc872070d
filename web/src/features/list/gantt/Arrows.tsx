import { useMemo } from 'react';
import { wayOf } from './arrows';
import type { Critical } from './critical';
import styles from './gantt.module.css';
import type { Line } from './plan';
import type { Span } from './time';

interface Props {
  lines: readonly Line[];
  /** The rows in sight. */
  first: number;
  last: number;
  spanOf: (line: Line) => Span | null;
  critical: Critical | undefined;
  rowHeight: number;
  /** Pixels before the axis begins. */
  left: number;
  pixels: (place: number) => number;
}

/** What waits for what: an arrow from where one ends to where the other begins. */
export function Arrows({ lines, first, last, spanOf, critical, rowHeight, left, pixels }: Props) {
  // What is critical lies above the others.
  const pairs = useMemo(() => {
    const all = pairsOf(lines).map(([from, to]) => ({ from, to, key: `${lines[from]?.id} ${lines[to]?.id}` }));
    return all.sort((a, b) => Number(critical?.links.has(a.key) ?? 0) - Number(critical?.links.has(b.key) ?? 0));
  }, [lines, critical]);
  return (
    <svg className={styles.arrows} width={1} height={1} aria-hidden>
      {pairs.map(({ from, to, key }) => {
        if (Math.max(from, to) < first || Math.min(from, to) > last) return null;
        const [before, after] = [lines[from], lines[to]];
        const [one, other] = [before && spanOf(before), after && spanOf(after)];
        if (!before || !after || !one || !other) return null;
        const start = { x: left + pixels(one.end), y: (from + 0.5) * rowHeight };
        const end = { x: left + pixels(other.start), y: (to + 0.5) * rowHeight };
        const marks = {
          'data-critical': critical?.links.has(key) || undefined,
          'data-broken': other.start < one.end || undefined,
        };
        return (
          <g key={key}>
            <path d={wayOf(start, { ...end, x: end.x - 5 }, rowHeight / 2)} {...marks} />
            <polygon points={`${end.x},${end.y} ${end.x - 6},${end.y - 4} ${end.x - 6},${end.y + 4}`} {...marks} />
          </g>
        );
      })}
    </svg>
  );
}

/** The places of all lines of which one waits for the other. */
function pairsOf(lines: readonly Line[]): [number, number][] {
  const places = new Map(lines.map((line, at) => [line.id, at]));
  return lines.flatMap((line, to) =>
    (line.kind === 'task' ? line.task.after : []).flatMap((id) => {
      const from = places.get(id);
      return from === undefined || from === to ? [] : [[from, to] as [number, number]];
    }),
  );
}
