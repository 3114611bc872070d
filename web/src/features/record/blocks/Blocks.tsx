import { Suspense } from 'react';
import type { Row } from '../../../api/records';
import type { Block, ObjectDefinition } from '../../../definition/types';
import type { Ask } from '../../../forms/conditions';
import { Waiting } from '../../../ui/Skeleton';
import { Attachments } from './Attachments';
import type { BlockKind } from './block';
import styles from './blocks.module.css';
import { FormBlock } from './FormBlock';
import { Related } from './Related';
import { Summary } from './Summary';
import { TimelineBlock } from './TimelineBlock';
import { ViewBlock } from './ViewBlock';
import { Words } from './Words';

/** Every kind of block, by the key of a block that says what it shows. */
const kinds: [key: keyof Block, kind: BlockKind][] = [
  ['summary', Summary],
  ['form', FormBlock],
  ['related', Related],
  ['view', ViewBlock],
  ['timeline', TimelineBlock],
  ['attachments', Attachments],
  ['markdown', Words],
];

interface Props {
  blocks: Record<string, Block>;
  object?: ObjectDefinition;
  row?: Row;
  ask: Ask;
}

/** Blocks beside and below each other, as wide as they want to be where there is room. */
export function Blocks({ blocks, object, row, ask }: Props) {
  const shown = Object.entries(blocks).filter(([, block]) => ask(block.visible_when, block.visible_when === undefined));
  if (shown.length === 0) return null;
  return (
    <div className={styles.blocks}>
      {shown.map(([name, block]) => {
        const Kind = kinds.find(([key]) => block[key] !== undefined)?.[1];
        return Kind === undefined ? null : (
          <div key={name} className={styles.block} data-width={block.width}>
            <Suspense fallback={<Waiting />}>
              <Kind block={block} object={object} row={row} />
            </Suspense>
          </div>
        );
      })}
    </div>
  );
}
