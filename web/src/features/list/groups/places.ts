/** A group as the list knows it: how many records it has, and whether they are shown. */
export interface Section {
  count: number;
  open: boolean;
}

/** What stands in a line: the head of a group, or the record at a place in it. */
export type Place = { section: number; record: number | null };

/** How many lines there are. */
export function lengthOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { count, open }) => sum + 1 + (open ? count : 0), 0);
}

/** What stands in each line between two, both included. */
export function placesOf(sections: readonly Section[], first: number, last: number): Place[] {
  const places: Place[] = [];
  let begin = 0;
  sections.forEach(({ count, open }, section) => {
    const length = 1 + (open ? count : 0);
    for (let at = Math.max(first, begin); at <= Math.min(last, begin + length - 1); at += 1) {
      places.push({ section, record: at === begin ? null : at - begin - 1 });
    }
    begin += length;
  });
  return places;
}

/** The pages of records that these lines need, each as section and page. */
export function pagesOf(places: readonly Place[], size: number): { section: number; page: number }[] {
  const needed = new Map<string, { section: number; page: number }>();
  for (const { section, record } of places) {
    if (record === null) continue;
    const page = Math.floor(record / size);
    needed.set(`${section} ${page}`, { section, page });
  }
  return [...needed.values()];
}
