import { MarkdownManager } from '@tiptap/markdown';
import { expect, test } from 'vitest';
import { EXTENSIONS, isKept } from './richText';

const manager = new MarkdownManager({ extensions: EXTENSIONS });

const words = (text: string, ...marks: object[]) => ({ type: 'text', text, ...(marks.length > 0 && { marks }) });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const item = (text: string, ...more: object[]) => ({ type: 'listItem', content: [paragraph(words(text)), ...more] });
const given = (type: string, text: string) => ({ type, content: [paragraph(words(text))] });

/** What the toolbar makes is there again after it was kept, and what is kept is what the server takes: text. */
function check(content: object[]) {
  const written = manager.serialize({ type: 'doc', content } as never);
  expect(manager.parse(written).content).toMatchObject(content);
  expect(isKept(written)).toBe(true);
}

test.each<[string, object[]]>([
  ['marks', [paragraph(words('a '), words('b', { type: 'bold' }), words(' '), words('c', { type: 'italic' }))]],
  ['struck out, code', [paragraph(words('a', { type: 'strike' }), words(' '), words('b < c', { type: 'code' }))]],
  ['a heading', [{ type: 'heading', attrs: { level: 2 }, content: [words('Title')] }]],
  [
    'a list in a list',
    [{ type: 'bulletList', content: [item('a', { type: 'bulletList', content: [item('b')] }), item('c')] }],
  ],
  ['numbers', [{ type: 'orderedList', content: [item('a'), item('b')] }]],
  ['a quote', [{ type: 'blockquote', content: [paragraph(words('said'))] }]],
  ['a block of code', [{ type: 'codeBlock', content: [words('<b>1</b>\n  2')] }]],
  ['a link', [paragraph(words('x', { type: 'link', attrs: { href: 'https://a.example/?a=1&b=2' } }))]],
  [
    'a table',
    [
      {
        type: 'table',
        content: [
          { type: 'tableRow', content: [given('tableHeader', 'A'), given('tableHeader', 'B')] },
          { type: 'tableRow', content: [given('tableCell', '1'), given('tableCell', '2')] },
        ],
      },
    ],
  ],
  ['signs that mean something', [paragraph(words('2 * 3 * 4 < 5 & [x] _y_'))]],
])('%s', (_, content) => check(content));

test.each([
  ['plain', true],
  ['a <b>b</b>', false],
  ['![x](y.png)', false],
  ['- [ ] to do', false],
  ['[x](javascript:alert(1))', false],
  ['#### deep', false],
])('%s is kept: %s', (text, kept) => expect(isKept(text)).toBe(kept));
