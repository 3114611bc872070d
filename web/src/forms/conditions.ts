import { useCallback } from 'react';
import type { Json } from '../definition/json';
import { useSession } from '../api/session';
import { holds } from '../definition/expression/evaluate';
import { clockAt } from '../definition/expression/zone';
import type { Tree } from '../definition/expression/tree';

/** Whether a condition of a form holds on the record as it stands; `otherwise` where only the server can say. */
export type Ask = (condition: string | undefined, otherwise: boolean) => boolean;

/** The conditions of a form or page on a record that may be in somebody's hands. */
export function useConditions(
  form: { expressions: Record<string, Tree> } | undefined,
  row: Record<string, Json> | undefined,
): Ask {
  const { user, site } = useSession();
  return useCallback(
    (condition, otherwise) => {
      if (condition === undefined || row === undefined) return otherwise;
      const tree = form?.expressions[condition];
      if (tree === undefined) return otherwise;
      const found = holds(tree, { records: { row, user: { ...user } }, clock: clockAt(site.time_zone) });
      return found.kind === 'value' ? found.value : otherwise;
    },
    [form, row, user, site],
  );
}
