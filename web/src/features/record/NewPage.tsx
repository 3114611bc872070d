import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../api/definitions';
import type { Json } from '../../definition/json';
import { fresh } from '../../forms/fresh';
import { RecordForm } from '../../forms/RecordForm';
import { useCreating } from '../../forms/useCreating';
import { Page } from '../../ui/Page';

declare module '@tanstack/history' {
  interface HistoryState {
    /** What a new record is begun with. */
    typed?: object;
  }
}

const route = getRouteApi('/inside/records/$object/new');

/** A record that does not exist yet. */
export function NewPage() {
  const { t } = useTranslation();
  const { object: name } = route.useParams();
  const object = useDefinition('object', name);
  const navigate = useNavigate();
  const router = useRouter();
  const create = useCreating(name);
  // What somebody typed in a smaller form before it was not enough.
  const [typed] = useState(() => router.state.location.state.typed as Record<string, Json> | undefined);
  // Whoever came by a link from elsewhere stays here.
  const leave = () =>
    router.history.canGoBack()
      ? router.history.back()
      : void navigate({ to: '/records/$object', params: { object: name } });
  return (
    <Page title={t('list.create', { object: object.label })}>
      <RecordForm
        object={object}
        before={fresh(object)}
        typed={typed}
        onCancel={leave}
        onSave={async (changes, _, form) => {
          const row = await create(changes, form);
          return () =>
            void navigate({
              to: '/records/$object/$id',
              params: { object: name, id: row.id },
              replace: true,
            });
        }}
      />
    </Page>
  );
}
