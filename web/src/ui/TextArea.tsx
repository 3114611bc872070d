import type { TextareaHTMLAttributes } from 'react';
import styles from './TextArea.module.css';

/** A text of several lines, as high as what is written in it. */
export function TextArea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea rows={1} {...rest} className={`${styles.text} ${className ?? ''}`} />;
}
