import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { ask, get } from '../../api/client';
import { useDefinition } from '../../api/definitions';
import type { Row } from '../../api/records';
import { sessionQuery } from '../../api/session';
import { RecordForm } from '../../forms/RecordForm';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { toast } from '../../ui/toast';

const PATH = '/records/base.setting/single';

/** What holds for the whole site, in the form of its one record. */
export function SettingsPage() {
  const { t } = useTranslation();
  const object = useDefinition('object', 'base.setting');
  const queries = useQueryClient();
  const router = useRouter();
  const found = useQuery({
    queryKey: ['record', 'base.setting', 'single'],
    queryFn: ({ signal }) => get<Row>(PATH, undefined, signal),
    // What somebody types on must not change under his hands.
    staleTime: Infinity,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined || found.isFetching) return <Waiting />;
  const row = found.data;
  return (
    <Page title={object.plural}>
      <RecordForm
        key={row.version}
        object={object}
        before={row}
        onCancel={() => router.history.back()}
        onSave={async (changes, _, form) => {
          if (Object.keys(changes).length > 0)
            await ask('PATCH', PATH, { body: changes, version: row.version, query: { form } });
          return () => {
            toast({ text: t('admin.settings.saved'), tone: 'done' });
            void found.refetch();
            void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
          };
        }}
      />
    </Page>
  );
}
