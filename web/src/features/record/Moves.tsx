import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { move, press, type Row } from '../../api/records';
import type { ObjectDefinition } from '../../definition/types';
import { toast } from '../../ui/toast';

interface Move {
  move: string;
  label: string;
  to: string;
  missing: string[];
  approval: string | null;
}

interface Action {
  action: string;
  label: string;
}

/** The moves and actions that the server offers this person for this record. */
export function Moves({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = `/records/${object.name}/${row.id}`;
  const moves = useQuery({
    queryKey: ['record', object.name, row.id, 'moves', row.version],
    queryFn: ({ signal }) => get<{ moves: Move[] }>(`${path}/moves`, undefined, signal),
    enabled: object.transitions !== null,
  });
  const actions = useQuery({
    queryKey: ['record', object.name, row.id, 'actions', row.version],
    queryFn: ({ signal }) => get<{ actions: Action[] }>(`${path}/actions`, undefined, signal),
    enabled: Object.keys(object.actions).length > 0,
  });
  const acting = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['record', object.name, row.id] }),
        queries.invalidateQueries({ queryKey: ['records', object.name] }),
      ]),
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  const lacks = (missing: string[]) => missing.map((name) => object.fields[name]?.label ?? name).join(', ');
  return (
    <>
      {(moves.data?.moves ?? []).map((one, at) => (
        <Button
          key={one.move}
          type={at === 0 && one.missing.length === 0 ? 'primary' : 'default'}
          disabled={one.missing.length > 0}
          title={one.missing.length > 0 ? t('record.missing', { fields: lacks(one.missing) }) : undefined}
          loading={acting.isPending}
          onClick={() => acting.mutate(() => move(object.name, row, one.move, {}))}
        >
          {one.label}
        </Button>
      ))}
      {(actions.data?.actions ?? []).map((one) => (
        <Button
          key={one.action}
          loading={acting.isPending}
          onClick={() => acting.mutate(() => press(object.name, row.id, one.action, {}))}
        >
          {one.label}
        </Button>
      ))}
    </>
  );
}
