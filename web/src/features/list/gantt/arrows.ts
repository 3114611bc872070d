/** A place in the chart, in pixels. */
export interface Point {
  x: number;
  y: number;
}

/** Room that an arrow keeps from a bar before it turns. */
const ROOM = 8;

/**
 * The way of an arrow from the end of a bar to the begin of another, in straight lines: down between the two where there
 * is room, else around through the gap below (or above) the first.
 *
 * @param half - half the height of a row
 */
export function wayOf(from: Point, to: Point, half: number): string {
  if (to.x - from.x >= 2 * ROOM) {
    const turn = to.x - ROOM;
    return from.y === to.y ? `M${from.x} ${from.y}H${to.x}` : `M${from.x} ${from.y}H${turn}V${to.y}H${to.x}`;
  }
  const gap = from.y + (to.y >= from.y ? half : -half);
  return `M${from.x} ${from.y}h${ROOM}V${gap}H${to.x - ROOM}V${to.y}H${to.x}`;
}
