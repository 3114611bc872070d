import { expect, test } from 'vitest';
import { wayOf } from './arrows';

test('an arrow goes straight where it can, and around where it must', () => {
  const rows: [[number, number, number, number], string][] = [
    [[0, 20, 100, 20], 'M0 20H100'],
    [[0, 20, 100, 60], 'M0 20H92V60H100'],
    [[100, 20, 40, 60], 'M100 20h8V40H32V60H40'],
    [[100, 60, 40, 20], 'M100 60h8V40H32V20H40'],
    [[100, 20, 110, 60], 'M100 20h8V40H102V60H110'],
  ];
  for (const [[x1, y1, x2, y2], expected] of rows) expect(wayOf({ x: x1, y: y1 }, { x: x2, y: y2 }, 20)).toBe(expected);
});
