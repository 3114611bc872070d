import { getRouteApi } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { useDefinition } from '../../api/definitions';
import { useRecordPage } from '../../api/pages';
import { type Known, visited } from '../../api/visited';
import type { Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition } from '../../definition/types';
import { useConditions } from '../../forms/conditions';
import forms from '../../forms/forms.module.css';
import { useShown } from '../../forms/useRecord';
import { usePhone } from '../../ui/appearance';
import { ErrorState } from '../../ui/ErrorState';
import { LinkButton } from '../../ui/LinkButton';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { Blocks } from './blocks/Blocks';
import { Favourite } from './Favourite';
import { Follow } from './Follow';
import { More } from './More';
import { Made } from './Made';
import { Moves } from './Moves';
import { Pending } from './Pending';
import { StagePath } from './StagePath';
import { Begin, Submit, useOpenFlows } from './Submit';
import { usualPage } from './usual';

const route = getRouteApi('/inside/records/$object/$id');

/** One record: where it stands, what it holds, what happened to it, what can be done with it. */
export function RecordPage() {
  const { object: name, id } = route.useParams();
  const object = useDefinition('object', name);
  const { found } = useShown(object, id);
  useEffect(() => {
    if (found.data) visited(name, id);
  }, [found.data, name, id]);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return <Found key={id} object={object} row={found.data} />;
}

function Found({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const { tab } = route.useSearch();
  const [made, setMade] = useState<Known[]>([]);
  // On a phone what is small stands beside the title, and the buttons below it.
  const phone = usePhone();
  const named = useRecordPage(object.name);
  const page = named ?? usualPage(object, t);
  const ask = useConditions(page, row);
  const params = { object: object.name, id: row.id };
  const tabs = Object.entries(page.tabs).filter(([, one]) => ask(one.visible_when, one.visible_when === undefined));
  const [current, shown] = tabs.find(([name]) => name === tab) ?? tabs[0] ?? [];
  const title = titleOf(object, row);
  const flows = useOpenFlows(object, row);
  const approvals = flows.filter(({ use }) => use === 'approval');
  return (
    <Page
      title={title}
      actions={
        <>
          <Favourite object={object.name} id={row.id} title={title} />
          {object.features.followers && <Follow object={object.name} id={row.id} title={title} />}
          {phone && <More object={object} row={row} />}
          <Submit object={object} flows={approvals} row={row} />
          <Moves object={object} row={row} second={approvals.length > 0} onMade={setMade} />
          <Begin flows={flows.filter(({ use }) => use === 'automation')} row={row} />
          {object.may.update && (
            <LinkButton to="/records/$object/$id/edit" params={params} icon={<Pencil size={15} />}>
              {t('record.edit')}
            </LinkButton>
          )}
          {!phone && <More object={object} row={row} />}
        </>
      }
      tabs={tabs.map(([name, { label }]) => ({
        key: name,
        label,
        active: name === current,
        link: { to: '/records/$object/$id', params, search: { tab: name }, replace: true },
      }))}
    >
      <StagePath object={object} row={row} />
      <Pending object={object} row={row} />
      <Made made={made} />
      <div className={forms.scroll}>
        <Blocks blocks={page.blocks} object={object} row={row} ask={ask} />
        {shown && <Blocks key={current} blocks={shown.blocks} object={object} row={row} ask={ask} />}
      </div>
    </Page>
  );
}
