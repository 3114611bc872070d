import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useDefinition } from '../../api/definitions';
import { useForm } from '../../api/forms';
import { change } from '../../api/records';
import { sectionsOf } from '../../definition/form';
import { titleOf } from '../../definition/title';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { RecordForm } from '../../forms/RecordForm';
import { expansions, recordQuery } from '../../forms/useRecord';

const route = getRouteApi('/inside/records/$object/$id/edit');

/** A record that is being changed. */
export function EditPage() {
  const { object: name, id } = route.useParams();
  const object = useDefinition('object', name);
  const form = useForm(name);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const shown = sectionsOf(object, form, false).flatMap((section) => section.fields);
  // What somebody types on must not change under his hands.
  const found = useQuery({
    ...recordQuery(name, id, expansions(object, shown)),
    staleTime: Infinity,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  if (found.error) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined || found.isFetching) return <Waiting />;
  const row = found.data;
  const leave = () => navigate({ to: '/records/$object/$id', params: { object: name, id }, replace: true });
  return (
    <Page title={titleOf(object, row)}>
      <RecordForm
        object={object}
        before={row}
        onCancel={() => void leave()}
        onSave={async (changes) => {
          if (Object.keys(changes).length > 0) await change(name, row, changes);
          await Promise.all([
            queries.invalidateQueries({ queryKey: ['record', name, id] }),
            queries.invalidateQueries({ queryKey: ['records', name] }),
          ]);
          return () => void leave();
        }}
      />
    </Page>
  );
}
