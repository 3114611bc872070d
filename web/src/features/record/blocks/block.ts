import type { ComponentType } from 'react';
import type { Row } from '../../../api/records';
import type { Block, ObjectDefinition } from '../../../definition/types';

/** What a block is given: its settings, and the record where the page is about one. */
export interface BlockProps {
  block: Block;
  object?: ObjectDefinition | undefined;
  row?: Row | undefined;
}

export type BlockKind = ComponentType<BlockProps>;
