import { Editor } from '@tiptap/core';
import { Markdown } from '@tiptap/markdown';
import {
  Bold,
  Code,
  Heading2,
  Italic,
  Link,
  List,
  ListOrdered,
  type LucideIcon,
  Quote,
  SquareCode,
  Strikethrough,
  Table,
} from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isSafeLink } from '../ui/links';
import markdown from '../ui/Markdown.module.css';
import type { InputProps } from './field';
import { EXTENSIONS } from './richText';
import styles from './RichText.module.css';

interface Tool {
  name: string;
  Icon: LucideIcon;
  run: (editor: Editor) => void;
  /** The node or mark it stands for. */
  mark: string;
}

const TOOLS: readonly Tool[] = [
  { name: 'bold', Icon: Bold, mark: 'bold', run: (editor) => editor.chain().focus().toggleBold().run() },
  { name: 'italic', Icon: Italic, mark: 'italic', run: (editor) => editor.chain().focus().toggleItalic().run() },
  { name: 'strike', Icon: Strikethrough, mark: 'strike', run: (editor) => editor.chain().focus().toggleStrike().run() },
  { name: 'code', Icon: Code, mark: 'code', run: (editor) => editor.chain().focus().toggleCode().run() },
  {
    name: 'heading',
    Icon: Heading2,
    mark: 'heading',
    run: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
  },
  { name: 'list', Icon: List, mark: 'bulletList', run: (editor) => editor.chain().focus().toggleBulletList().run() },
  {
    name: 'numbers',
    Icon: ListOrdered,
    mark: 'orderedList',
    run: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  { name: 'quote', Icon: Quote, mark: 'blockquote', run: (editor) => editor.chain().focus().toggleBlockquote().run() },
  {
    name: 'block',
    Icon: SquareCode,
    mark: 'codeBlock',
    run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  },
  { name: 'table', Icon: Table, mark: 'table', run: toggleTable },
];

function toggleTable(editor: Editor): void {
  const at = editor.chain().focus();
  if (editor.isActive('table')) at.deleteTable().run();
  else at.insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run();
}

/** A text that is formatted while it is written; kept as Markdown. */
export default function RichTextEditor({
  field,
  id,
  value,
  onChange,
  onBlur,
  label,
  invalid,
  describedBy,
  disabled,
}: InputProps) {
  const place = useRef<HTMLDivElement>(null);
  const told = useRef(typeof value === 'string' ? value : '');
  const heard = useRef({ onChange, onBlur });
  heard.current = { onChange, onBlur };
  const [editor, setEditor] = useState<Editor | null>(null);
  const [, setTurn] = useState(0);
  useEffect(() => {
    const made = new Editor({
      element: place.current,
      extensions: [...EXTENSIONS, Markdown],
      content: told.current,
      contentType: 'markdown',
      // The page's policy allows no styles but its own.
      injectCSS: false,
      editable: !disabled,
      editorProps: {
        attributes: {
          id,
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': label ?? field.label,
          class: markdown.markdown ?? '',
        },
      },
      onUpdate: ({ editor: changed }) => {
        told.current = changed.getMarkdown().trim();
        heard.current.onChange(told.current === '' ? null : told.current);
      },
      onTransaction: () => setTurn((before) => before + 1),
      onBlur: () => heard.current.onBlur?.(),
    });
    setEditor(made);
    return () => made.destroy();
    // It is made once; what is typed does not make it anew.
  }, []);
  useEffect(() => {
    const given = typeof value === 'string' ? value : '';
    // Another value came from outside: a draft, a merge.
    if (editor === null || given === told.current) return;
    told.current = given;
    editor.commands.setContent(given, { contentType: 'markdown', emitUpdate: false });
  }, [editor, value]);
  useEffect(() => {
    if (describedBy === undefined) editor?.view.dom.removeAttribute('aria-describedby');
    else editor?.view.dom.setAttribute('aria-describedby', describedBy);
  }, [editor, describedBy]);
  return (
    <div className={styles.editor} data-invalid={invalid || undefined}>
      {editor && !disabled && <Toolbar editor={editor} />}
      <div ref={place} className={styles.text} />
    </div>
  );
}

function Toolbar({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const [linking, setLinking] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const next = (at + step + buttons.length) % buttons.length;
    setAt(next);
    buttons[next]?.focus();
  };
  const link = (address: string) => {
    setLinking(null);
    const chain = editor.chain().focus().extendMarkRange('link');
    if (address === '') chain.unsetLink().run();
    else chain.setLink({ href: isSafeLink(address) ? address : `https://${address}` }).run();
  };
  const tools = [
    ...TOOLS,
    {
      name: 'link',
      Icon: Link,
      mark: 'link',
      run: () => setLinking(String(editor.getAttributes('link').href ?? '')),
    },
  ];
  return (
    <div className={styles.tools} role="toolbar" aria-label={t('richText.tools')} onKeyDown={walk}>
      {tools.map(({ name, Icon, mark, run }, index) => (
        <button
          key={name}
          type="button"
          tabIndex={index === at ? 0 : -1}
          aria-label={t(`richText.${name}`)}
          title={t(`richText.${name}`)}
          aria-pressed={editor.isActive(mark)}
          onFocus={() => setAt(index)}
          onClick={() => run(editor)}
        >
          <Icon size={16} aria-hidden />
        </button>
      ))}
      {linking !== null && (
        <input
          autoFocus
          type="url"
          aria-label={t('richText.address')}
          placeholder="https://"
          defaultValue={linking}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            // A dialog around stays open.
            event.stopPropagation();
            if (event.key === 'Enter') return link(event.currentTarget.value.trim());
            setLinking(null);
            // Once the input is gone: what leaves it takes over what stands in it.
            requestAnimationFrame(() => editor.commands.focus());
          }}
          onBlur={(event) => link(event.target.value.trim())}
        />
      )}
    </div>
  );
}
