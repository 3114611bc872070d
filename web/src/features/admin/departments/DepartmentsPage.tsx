import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { useDefinition } from '../../../api/definitions';
import { list, type Row } from '../../../api/records';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Icon } from '../../../ui/icons';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import styles from '../admin.module.css';
import { Department } from './Department';
import { NewDepartment } from './NewDepartment';
import { type Node, treeOf } from './tree';

/** The organisation: departments below one another, and the people of each. */
export function DepartmentsPage() {
  const { t } = useTranslation();
  const object = useDefinition('object', 'base.department');
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['records', 'base.department', 'tree'],
    queryFn: ({ signal }) => all(signal),
  });
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const rows = found.data;
  const tree = treeOf(rows);
  const row = rows.find((one) => one.id === chosen);
  return (
    <Page title={object.plural} count={rows.length}>
      <Panels wide>
        <div className={styles.two}>
          <Panel title={t('admin.departments.tree')}>
            {rows.length === 0 ? (
              <Empty title={t('list.nothing', { object: object.plural })} />
            ) : (
              <ul className={styles.tree}>
                <Branches nodes={tree} chosen={chosen} onChoose={setChosen} />
              </ul>
            )}
          </Panel>
          <div className={styles.stack}>
            {row && <Department key={row.id} row={row} rows={rows} tree={tree} />}
            <NewDepartment key={`new ${chosen}`} under={row} onMade={setChosen} />
          </div>
        </div>
      </Panels>
    </Page>
  );
}

/** A tree is one only with all of them: without its parent a department would stand at the top. */
async function all(signal: AbortSignal): Promise<Row[]> {
  const asked = { fields: 'id,version,code,name,parent,head', sort: 'code', limit: 500 };
  const found: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await list('base.department', cursor === '' ? asked : { ...asked, cursor }, signal);
    found.push(...page.records);
    cursor = page.next;
  }
  return found;
}

interface BranchesProps {
  nodes: Node[];
  chosen: string | null;
  onChoose: (id: string) => void;
}

function Branches({ nodes, chosen, onChoose }: BranchesProps) {
  return nodes.map(({ row, below }) => (
    <li key={row.id}>
      <button aria-pressed={row.id === chosen} onClick={() => onChoose(row.id)}>
        <Icon name="building" size={15} />
        <span>{String(row.name)}</span>
      </button>
      {below.length > 0 && (
        <ul>
          <Branches nodes={below} chosen={chosen} onChoose={onChoose} />
        </ul>
      )}
    </li>
  ));
}
