import { lazy } from 'react';
import forms from '../../../forms/forms.module.css';
import type { BlockProps } from './block';
import styles from './blocks.module.css';

// What reads Markdown is there where there are words to be shown.
const Markdown = lazy(() => import('../../../ui/Markdown'));

/** Words of the pack. They are Markdown: what looks like HTML is shown as it was written. */
export function Words({ block }: BlockProps) {
  return (
    <section className={forms.section}>
      {block.label && <h2>{block.label}</h2>}
      <div className={styles.words}>
        <Markdown text={block.markdown ?? ''} />
      </div>
    </section>
  );
}
