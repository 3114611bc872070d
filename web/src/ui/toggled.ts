/** What is marked, open or closed, with this one turned round. */
export function toggled<T>(before: ReadonlySet<T>, one: T): Set<T> {
  const after = new Set(before);
  if (!after.delete(one)) after.add(one);
  return after;
}
