import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useDefinitions } from '../../api/definitions';
import { useOnce } from '../../api/once';
import type { Known } from '../../api/visited';
import { move, press, type Row } from '../../api/records';
import type * as Schema from '../../definition/schema.gen';
import type { ObjectDefinition } from '../../definition/types';
import { useRefresh } from '../../forms/useRecord';
import { toast } from '../../ui/toast';
import { madeOf } from './made';

// Most moves and actions need nothing more.
const MoveDialog = lazy(() => import('./MoveDialog'));
const ActionDialog = lazy(() => import('./ActionDialog'));

type Move = Schema.AvailableMove;
type Action = Schema.AvailableAction;

interface Props {
  object: ObjectDefinition;
  row: Row;
  /** Whether something else is what one usually does next. */
  second: boolean;
  /** Hears which records an action made. */
  onMade: (made: Known[]) => void;
}

/** The moves and actions that the server offers this person for this record. */
export function Moves({ object, row, second, onMade }: Props) {
  const { t } = useTranslation();
  const entries = useDefinitions();
  const [asking, setAsking] = useState<Move>();
  const [pressed, setPressed] = useState<Action>();
  const refresh = useRefresh(object.name, row.id);
  const path = `/records/${object.name}/${row.id}`;
  const moves = useQuery({
    queryKey: ['record', object.name, row.id, 'moves', row.version],
    queryFn: ({ signal }) => get<Schema.Answers['moves_of']>(`${path}/moves`, undefined, signal),
    enabled: object.transitions !== null,
  });
  const actions = useQuery({
    queryKey: ['record', object.name, row.id, 'actions', row.version],
    queryFn: ({ signal }) => get<Schema.Answers['actions_of']>(`${path}/actions`, undefined, signal),
    enabled: Object.keys(object.actions).length > 0,
  });
  const acting = useOnce({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: refresh,
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  const go = (one: Move) => {
    const closed = one.missing.filter((name) => !object.fields[name]?.writable);
    // What somebody else has to fill in cannot be asked for here.
    if (closed.length > 0) {
      const fields = closed.map((name) => object.fields[name]?.label ?? name).join(', ');
      toast({ text: t('record.missing', { fields }), tone: 'wrong' });
    } else if (one.missing.length > 0) setAsking(one);
    else acting.mutate(() => move(object.name, row, one.move, {}));
  };
  const act = async (name: string, values: object) => {
    const answer = await press(object.name, row.id, name, values);
    onMade(madeOf(object.name, answer, entries));
  };
  const begin = (one: Action) => {
    const asks = Object.keys(object.actions[one.action]?.with ?? {}).length > 0;
    if (asks) setPressed(one);
    else acting.mutate(() => act(one.action, {}));
  };
  const offered = moves.data?.moves ?? [];
  const onward = second ? undefined : offered.find(({ to }) => leadsOn(object, row, to));
  return (
    <>
      {offered.map((one) => (
        <Button
          key={one.move}
          type={one === onward ? 'primary' : 'default'}
          loading={acting.isPending}
          onClick={() => go(one)}
        >
          {one.label}
        </Button>
      ))}
      {(actions.data?.actions ?? []).map((one) => (
        <Button key={one.action} loading={acting.isPending} onClick={() => begin(one)}>
          {one.label}
        </Button>
      ))}
      {asking && (
        <Suspense fallback={null}>
          <MoveDialog object={object} row={row} move={asking} onMoved={refresh} onClose={() => setAsking(undefined)} />
        </Suspense>
      )}
      {pressed && (
        <Suspense fallback={null}>
          <ActionDialog
            object={object}
            id={row.id}
            action={pressed.action}
            label={pressed.label}
            onAct={async (values) => {
              await act(pressed.action, values);
              await refresh();
            }}
            onClose={() => setPressed(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}

/** Whether a state comes after the one a record is in: options stand in the order in which records go through them. */
function leadsOn({ fields, transitions }: ObjectDefinition, row: Row, to: string): boolean {
  const states = Object.keys(fields[transitions?.field ?? '']?.options ?? {});
  return states.indexOf(to) > states.indexOf(String(row[transitions?.field ?? '']));
}
