import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import Markdown from './Markdown';

/** The elements of a text, without the box around them and without classes. */
function check(text: string, expected: string) {
  const markup = renderToStaticMarkup(<Markdown text={text} />).replace(
    / (class|tabindex|role|target|rel)="[^"]*"/g,
    '',
  );
  expect(markup).toBe(`<div>${expected}</div>`);
}

test.each([
  ['**bold** *thin* ~~gone~~ `code`', '<p><strong>bold</strong> <em>thin</em> <del>gone</del> <code>code</code></p>'],
  ['# A\n\n## B', '<h3>A</h3><h4>B</h4>'],
  ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
  ['- [x] a', '<ul><li><input type="checkbox" readOnly="" disabled="" checked=""/>a</li></ul>'],
  ['2. a', '<ol start="2"><li>a</li></ol>'],
  ['> said', '<blockquote><p>said</p></blockquote>'],
  ['a &lt; b &amp;amp; c', '<p>a &lt; b &amp;amp; c</p>'],
  ['[x](https://a.example/?a=1&b=2)', '<p><a href="https://a.example/?a=1&amp;b=2">x</a></p>'],
  // What somebody wrote to do harm is words.
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['a <img src=x onerror=alert(1)> b', '<p>a &lt;img src=x onerror=alert(1)&gt; b</p>'],
  ['[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>'],
  ['[x](java\tscript:alert(1))', '<p>[x](java\tscript:alert(1))</p>'],
  ['[x](//evil.example)', '<p>[x](//evil.example)</p>'],
  ['[x](data:text/html,hi)', '<p>[x](data:text/html,hi)</p>'],
  ['![x](https://evil.example/a.png)', '<p>[x]</p>'],
])('%s', check);
