/** A box on the screen, in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

type Size = Pick<Box, 'width' | 'height'>;

/** Where a card stands beside what it is about, and where on that edge its arrow is. */
export interface Place {
  side: 'below' | 'above' | 'right' | 'left' | 'over';
  left: number;
  top: number;
  /** From the begin of the edge with the arrow. */
  arrow: number;
}

/** Between the card and what it is about. */
const GAP = 14;
/** To the edge of the screen. */
const EDGE = 12;
/** An arrow does not stand at a round corner. */
const CORNER = 20;

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** The first side with room for the card. What is taller than half the screen has it beside, anything else below. */
export function place(of: Box, card: Size, screen: Size): Place {
  const room = {
    below: screen.height - of.top - of.height >= card.height + GAP + EDGE,
    above: of.top >= card.height + GAP + EDGE,
    right: screen.width - of.left - of.width >= card.width + GAP + EDGE,
    left: of.left >= card.width + GAP + EDGE,
  };
  const upright = ['below', 'above', 'right', 'left'] as const;
  const beside = ['right', 'left', 'below', 'above'] as const;
  const side = (of.height > screen.height / 2 ? beside : upright).find((one) => room[one]) ?? 'over';
  const across = within(of.left, EDGE, screen.width - card.width - EDGE);
  const down = within(of.top, EDGE, screen.height - card.height - EDGE);
  // A long row is pointed at where the card begins, not in the middle of nowhere.
  const aim = (begin: number, size: number, from: number, length: number) =>
    within(begin + Math.min(size, length) / 2 - from, CORNER, length - CORNER);
  const arrowAcross = aim(of.left, of.width, across, card.width);
  const arrowDown = aim(of.top, of.height, down, card.height);
  switch (side) {
    case 'below':
      return { side, left: across, top: of.top + of.height + GAP, arrow: arrowAcross };
    case 'above':
      return { side, left: across, top: of.top - card.height - GAP, arrow: arrowAcross };
    case 'right':
      return { side, left: of.left + of.width + GAP, top: down, arrow: arrowDown };
    case 'left':
      return { side, left: of.left - card.width - GAP, top: down, arrow: arrowDown };
    case 'over':
      return { side, ...middle(card, screen), arrow: 0 };
  }
}

/** The middle of the screen. */
export function middle(card: Size, screen: Size): Pick<Box, 'left' | 'top'> {
  return {
    left: Math.max(EDGE, (screen.width - card.width) / 2),
    top: Math.max(EDGE, (screen.height - card.height) / 2),
  };
}

/** The smallest box around boxes; nothing around none. */
export function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  const left = Math.min(...boxes.map((one) => one.left));
  const top = Math.min(...boxes.map((one) => one.top));
  return {
    left,
    top,
    width: Math.max(...boxes.map((one) => one.left + one.width)) - left,
    height: Math.max(...boxes.map((one) => one.top + one.height)) - top,
  };
}
