import { Timeline } from '../Timeline';
import type { BlockProps } from './block';

/** What happened to the record. */
export function TimelineBlock({ object, row }: BlockProps) {
  return object === undefined || row === undefined ? null : <Timeline object={object} row={row} />;
}
