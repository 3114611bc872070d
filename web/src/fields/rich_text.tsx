import { lazy, Suspense } from 'react';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { text } from './text';

// Reading and writing Markdown is large, and few records have any.
const Markdown = lazy(() => import('../ui/Markdown'));
const RichTextInput = lazy(() => import('./RichTextInput'));

function Display({ value }: DisplayProps) {
  return typeof value === 'string' ? (
    <Suspense fallback={null}>
      <Markdown text={value} />
    </Suspense>
  ) : null;
}

function Input(props: InputProps) {
  return (
    <Suspense fallback={<div style={{ height: 140 }} />}>
      <RichTextInput {...props} />
    </Suspense>
  );
}

export const richText: FieldKind = { ...text, Display, Input, wide: true, width: 260 };
