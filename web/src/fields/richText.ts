import { TableKit } from '@tiptap/extension-table';
import { StarterKit } from '@tiptap/starter-kit';
import { Lexer } from 'marked';
import { isSafeLink } from '../ui/links';

/** What a formatted text may have: what the toolbar makes, and Markdown can say. */
export const EXTENSIONS = [
  StarterKit.configure({
    underline: false,
    heading: { levels: [1, 2, 3] },
    link: { openOnClick: false, autolink: true, defaultProtocol: 'https', isAllowedUri: isSafeLink },
    trailingNode: false,
  }),
  TableKit.configure({ table: { resizable: false } }),
];

/** Tokens that the editor shows and writes back as they were. */
const KNOWN = new Set(
  'space heading paragraph text escape strong em del codespan code blockquote br hr list list_item table link'.split(
    ' ',
  ),
);

/** A token with all that any kind of it may have inside. */
interface Any {
  type: string;
  href?: string;
  depth?: number;
  task?: boolean;
  tokens?: Any[];
  items?: Any[];
  header?: Any[];
  rows?: Any[][];
}

/** Whether the editor keeps all that a text says; one with markup or pictures it would write back without them. */
export function isKept(text: string): boolean {
  const kept = ({ type, href, depth = 0, task, tokens = [], items = [], header = [], rows = [] }: Any): boolean => {
    if (task || depth > 3 || (href !== undefined && !isSafeLink(href))) return false;
    const cells = [...header, ...rows.flat()].flatMap((cell) => cell.tokens ?? []);
    return KNOWN.has(type) && [...tokens, ...items, ...cells].every(kept);
  };
  return (new Lexer({ gfm: true }).lex(text) as Any[]).every(kept);
}
