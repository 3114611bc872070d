import { getRouteApi } from '@tanstack/react-router';
import { useDefinition } from '../../api/definitions';
import { useConditions } from '../../forms/conditions';
import forms from '../../forms/forms.module.css';
import { Page } from '../../ui/Page';
import { Blocks } from './blocks/Blocks';

const route = getRouteApi('/inside/pages/$page');

/** A page that the menu of an app opens: views and words. */
export function AppPage() {
  const { page: name } = route.useParams();
  const { tab } = route.useSearch();
  const page = useDefinition('page', name);
  const ask = useConditions(page, undefined);
  const tabs = Object.entries(page.tabs);
  const [current, shown] = tabs.find(([name]) => name === tab) ?? tabs[0] ?? [];
  return (
    <Page
      title={page.label}
      tabs={tabs.map(([key, { label }]) => ({
        key,
        label,
        active: key === current,
        link: { to: '/pages/$page', params: { page: name }, search: { tab: key }, replace: true },
      }))}
    >
      <div className={forms.scroll}>
        <Blocks blocks={page.blocks} ask={ask} />
        {shown && <Blocks key={current} blocks={shown.blocks} ask={ask} />}
      </div>
    </Page>
  );
}
