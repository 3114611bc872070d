import { useQuery } from '@tanstack/react-query';
import { useApps } from '../../api/apps';
import { definitionQuery, useDefinitions } from '../../api/definitions';
import { list } from '../../api/records';
import { firstList } from '../../definition/menu';
import { titleFields } from '../../definition/title';
import type { ObjectDefinition } from '../../definition/types';
import { usePhone } from '../../ui/appearance';
import { useCreatable } from '../useCreatable';
import type { Listed, Situation } from './stops';

/** What there is for the person at this screen; nothing until it is known. */
export function useSituation(): Situation | undefined {
  const phone = usePhone();
  const { apps, current, pending } = useApps();
  const decides = useDefinitions().some((entry) => entry.kind === 'workflow');
  const creates = useCreatable().length > 0;
  const { object, view } = firstList(current?.menu ?? {}) ?? {};
  const there = object !== undefined;
  const definition = useQuery({ ...definitionQuery('object', object ?? ''), enabled: there });
  const found = useQuery({
    queryKey: ['records', object, 'tour', view],
    queryFn: ({ signal }) => look(definition.data as ObjectDefinition, view, signal),
    enabled: definition.data !== undefined,
  });
  if (pending || (there && (definition.isPending || (definition.data !== undefined && found.isPending)))) {
    return undefined;
  }
  return { phone, app: current?.label, apps: apps.length, list: found.data, creates, decides };
}

/** What stands in a list now, with a name of it that a search finds. */
async function look(object: ObjectDefinition, view: string | undefined, signal: AbortSignal): Promise<Listed> {
  const name = titleFields(object).find((field) => object.fields[field]?.search);
  const fields = ['id', ...(name === undefined ? [] : [name])].join(',');
  const asked = { fields, limit: 1, count: 'capped' as const, ...(view === undefined ? {} : { view }) };
  const page = await list(object.name, asked, signal);
  const example = name === undefined ? undefined : page.records[0]?.[name];
  return {
    label: object.plural,
    count: page.count ?? page.records.length,
    example: typeof example === 'string' && example !== '' ? example : undefined,
  };
}
