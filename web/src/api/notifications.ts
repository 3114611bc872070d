import { queryOptions } from '@tanstack/react-query';
import type { Referred } from '../definition/reference';
import { changeAll } from './bulk';
import { list } from './records';

const OBJECT = 'base.notification';
/** How many are shown: older ones are found in their list. */
const MOST = 30;

/** What the system told a person. */
export interface Notification {
  id: string;
  subject: string;
  text: string | null;
  about: (Referred & { object: string }) | null;
  read_at: string | null;
  created_at: string;
}

/** What a person was told last, the newest first. */
export const notificationsQuery = (person: string) =>
  queryOptions({
    queryKey: ['records', OBJECT, 'own', person],
    queryFn: async ({ signal }) => {
      const filter = `owner == ${JSON.stringify(person)}`;
      const fields = 'id,subject,text,about,read_at,created_at';
      const page = await list(OBJECT, { filter, fields, sort: '-created_at', limit: MOST }, signal);
      return page.records as unknown as Notification[];
    },
  });

export function markRead(ids: string[]) {
  return changeAll(OBJECT, ids, { read_at: new Date().toISOString() }, () => undefined);
}
