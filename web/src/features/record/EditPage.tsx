import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { failureOf } from '../../definition/problem';
import { useDefinition } from '../../api/definitions';
import { change, type Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { RecordForm } from '../../forms/RecordForm';
import { useChanging, useRefresh } from '../../forms/useRecord';

const route = getRouteApi('/inside/records/$object/$id/edit');

/** A record that is being changed. */
export function EditPage() {
  const { object: name, id } = route.useParams();
  const object = useDefinition('object', name);
  const navigate = useNavigate();
  const refresh = useRefresh(name, id);
  const { found, row, reread } = useChanging(object, id);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (row === undefined) return <Waiting />;
  const leave = () => navigate({ to: '/records/$object/$id', params: { object: name, id }, replace: true });
  return (
    <Page title={titleOf(object, row)}>
      <RecordForm
        object={object}
        id={id}
        before={row}
        reread={reread}
        onCancel={() => void leave()}
        onSave={async (changes, before, form) => {
          if (Object.keys(changes).length > 0) await change(name, before as Row, changes, form);
          await refresh();
          return () => void leave();
        }}
      />
    </Page>
  );
}
