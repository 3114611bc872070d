/*
 * An administrator sees what another user sees. It holds for this tab until it is left, and is known to nobody else.
 */

/** Whose eyes the pages are seen with. */
export interface Viewed {
  id: string;
  name: string;
}

const KEY = 'lifeloom.view-as';

/** With whose rights this tab reads; nothing in the usual case. */
export const viewed: Viewed | null = read();

/** Begins to see as somebody, or ends it. The pages begin anew: nothing of the one shows for the other. */
export function viewAs(user: Viewed | null): void {
  if (user === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(user));
  location.assign('/');
}

function read(): Viewed | null {
  try {
    const kept = sessionStorage.getItem(KEY);
    return kept === null ? null : (JSON.parse(kept) as Viewed);
  } catch {
    return null;
  }
}
