import { expect, test } from 'vitest';
import { lengthOf, pagesOf, placesOf, type Section } from './places';

/** Sections as `count`, with `+` for open ones. */
const sections = (text: string): Section[] =>
  text.split(' ').map((one) => ({ count: Number.parseInt(one, 10), open: one.endsWith('+') }));

/** Lines as `section` for a head, `section.record` for a record; pages of two records as `section/page`. */
function check(text: string, first: number, last: number, lines: string, pages: string): void {
  const places = placesOf(sections(text), first, last);
  const told = places.map(({ section, record }) => (record === null ? `${section}` : `${section}.${record}`));
  const needed = pagesOf(places, 2).map(({ section, page }) => `${section}/${page}`);
  expect([told.join(' '), needed.join(' ')], text).toEqual([lines, pages]);
}

test('lines are heads, and the records of what is open', () => {
  expect(lengthOf(sections('3 2+ 4'))).toBe(5);
  check('3 2 4', 0, 9, '0 1 2', '');
  check('3 2+ 4', 0, 9, '0 1 1.0 1.1 2', '1/0');
  check('5+ 1+', 3, 7, '0.2 0.3 0.4 1 1.0', '0/1 0/2 1/0');
  check('100+ 1+', 98, 101, '0.97 0.98 0.99 1', '0/48 0/49');
});
