import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputProps } from './field';
import { longText } from './long_text';
import { isKept } from './richText';
import styles from './RichText.module.css';

const Editor = lazy(() => import('./RichTextEditor'));

/** A formatted text, or its source where the editor would lose something of it. */
export default function RichTextInput(props: InputProps) {
  const { t } = useTranslation();
  const [asSource] = useState(() => typeof props.value === 'string' && !isKept(props.value));
  const Source = longText.Input;
  if (asSource) {
    return (
      <>
        <Source {...props} />
        <small className={styles.note}>{t('richText.source')}</small>
      </>
    );
  }
  return (
    <Suspense fallback={<div className={styles.editor} />}>
      <Editor {...props} />
    </Suspense>
  );
}
