import { Lexer, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode, useMemo } from 'react';
import styles from './Markdown.module.css';
import { isSafeLink } from './links';

/** A formatted text. It becomes elements, never markup: HTML that somebody wrote into it is shown as it was written. */
export default function Markdown({ text }: { text: string }) {
  const content = useMemo(() => all(new Lexer({ gfm: true }).lex(text)), [text]);
  return <div className={styles.markdown}>{content}</div>;
}

/** A kind of token as an element. */
type Shown = (token: never) => ReactNode;

const all = (tokens: readonly Token[] | undefined): ReactNode =>
  tokens?.map((token, at) => <Fragment key={at}>{(KINDS[token.type] ?? raw)(token as never)}</Fragment>);

/** What stands in a text for signs that are not easily typed. */
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

const plain = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);

const raw: Shown = (token: Token) => plain(token.raw);

function heading({ depth, tokens }: Tokens.Heading): ReactNode {
  // The page and its sections have the headings above.
  const Tag = (['h3', 'h4', 'h5', 'h6'] as const)[Math.min(depth, 4) - 1] ?? 'h6';
  return <Tag>{all(tokens)}</Tag>;
}

function list({ ordered, start, items }: Tokens.List): ReactNode {
  const entries = items.map((item, at) => <li key={at}>{all(item.tokens)}</li>);
  return ordered ? <ol start={start === '' ? 1 : start}>{entries}</ol> : <ul>{entries}</ul>;
}

function table({ header, rows }: Tokens.Table): ReactNode {
  return (
    <div className={styles.table} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map((cell, at) => (
              <th key={at} scope="col">
                {all(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at}>{all(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function link({ href, tokens, raw: written }: Tokens.Link): ReactNode {
  if (!isSafeLink(href)) return plain(written);
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" onClick={(event) => event.stopPropagation()}>
      {all(tokens)}
    </a>
  );
}

const KINDS: Record<string, Shown> = {
  space: () => null,
  heading,
  paragraph: ({ tokens }: Tokens.Paragraph) => <p>{all(tokens)}</p>,
  text: ({ tokens, text }: Tokens.Text) => (tokens ? all(tokens) : plain(text)),
  escape: ({ text }: Tokens.Escape) => text,
  strong: ({ tokens }: Tokens.Strong) => <strong>{all(tokens)}</strong>,
  em: ({ tokens }: Tokens.Em) => <em>{all(tokens)}</em>,
  del: ({ tokens }: Tokens.Del) => <del>{all(tokens)}</del>,
  codespan: ({ text }: Tokens.Codespan) => <code>{text}</code>,
  code: ({ text }: Tokens.Code) => (
    <pre tabIndex={0}>
      <code>{text}</code>
    </pre>
  ),
  blockquote: ({ tokens }: Tokens.Blockquote) => <blockquote>{all(tokens)}</blockquote>,
  br: () => <br />,
  hr: () => <hr />,
  list,
  checkbox: ({ checked }: Tokens.Checkbox) => <input type="checkbox" checked={checked} readOnly disabled />,
  table,
  link,
  // Nothing is fetched from elsewhere: a picture is what it is called.
  image: ({ text, href }: Tokens.Image) => <>[{plain(text) || href}]</>,
};
