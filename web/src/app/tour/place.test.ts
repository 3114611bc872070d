import { expect, test } from 'vitest';
import { around, type Box, place } from './place';

const CARD = { width: 340, height: 200 };
const SCREEN = { width: 1366, height: 820 };

function check(of: Box, expected: string, screen = SCREEN): void {
  const { side, left, top, arrow } = place(of, CARD, screen);
  expect(`${side} ${left} ${top} arrow ${arrow}`).toBe(expected);
}

test('a card stands where there is room beside what it is about', () => {
  // A field at the top.
  check({ left: 244, top: 9, width: 380, height: 34 }, 'below 244 57 arrow 170');
  // A button in the corner: the card stays on the screen, its arrow points at the button.
  check({ left: 1310, top: 8, width: 36, height: 36 }, 'below 1014 58 arrow 314');
  // A menu of the screen's height.
  check({ left: 0, top: 0, width: 224, height: 820 }, 'right 238 12 arrow 88');
  // Something at the bottom.
  check({ left: 300, top: 760, width: 100, height: 40 }, 'above 300 546 arrow 50');
  // It fills the screen.
  check({ left: 0, top: 0, width: 1366, height: 820 }, 'over 513 310 arrow 0');
  check({ left: 0, top: 0, width: 300, height: 150 }, 'over 12 12 arrow 0', { width: 300, height: 150 });
});

test('a box is put around boxes', () => {
  expect(around([])).toBeUndefined();
  expect(
    around([
      { left: 10, top: 20, width: 30, height: 10 },
      { left: 0, top: 40, width: 20, height: 10 },
    ]),
  ).toEqual({ left: 0, top: 20, width: 40, height: 30 });
});
