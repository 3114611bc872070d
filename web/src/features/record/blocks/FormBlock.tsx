import { RecordValues } from '../../../forms/RecordValues';
import type { BlockProps } from './block';

/** The record as one of its forms shows it. */
export function FormBlock({ block, object, row }: BlockProps) {
  if (object === undefined || row === undefined) return null;
  return <RecordValues object={object} id={row.id} named={block.form} />;
}
