import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../../definition/json';
import { useDefinition } from '../../api/definitions';
import { create } from '../../api/records';
import { Page } from '../../ui/Page';
import { fresh } from '../../forms/LinesInput';
import { RecordForm } from '../../forms/RecordForm';

const route = getRouteApi('/inside/records/$object/new');

/** A record that does not exist yet. */
export function NewPage() {
  const { t } = useTranslation();
  const { object: name } = route.useParams();
  const object = useDefinition('object', name);
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  // One key for all tries: what arrived although no answer came is not made twice.
  const [key] = useState(() => crypto.randomUUID());
  return (
    <Page title={t('list.create', { object: object.label })}>
      <RecordForm
        object={object}
        before={fresh(object) as Record<string, Json>}
        onCancel={() => router.history.back()}
        onSave={async (changes) => {
          const row = await create(name, changes, key);
          await queries.invalidateQueries({ queryKey: ['records', name] });
          return () =>
            void navigate({ to: '/records/$object/$id', params: { object: name, id: row.id }, replace: true });
        }}
      />
    </Page>
  );
}
