import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { FolderUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../../api/once';
import { applyPack, type Pack, type PackFiles, type PackPlan, packsQuery, planPack } from '../../../api/packs';
import { Problem, failureOf } from '../../../definition/problem';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import { toast } from '../../../ui/toast';
import styles from '../admin.module.css';
import { readPack } from './files';
import { Plan } from './Plan';

/** A change of packs that somebody looks at before it is done. */
interface Asked {
  name: string;
  /** Nothing where the pack is to be removed. */
  files: PackFiles | null;
  plan: PackPlan;
}

/** Installed packs: what is there, what other files would change, and doing it. */
export function PacksPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const found = useQuery(packsQuery());
  const input = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const planning = useOnce({
    mutationFn: async ({ name, files }: Omit<Asked, 'plan'>) => ({ name, files, plan: await planPack(name, files) }),
    onSuccess: setAsked,
  });
  const applying = useOnce({
    mutationFn: ({ name, files }: Asked) => applyPack(name, files),
    onSuccess: async () => {
      setAsked(null);
      toast({ text: t('admin.packs.applied'), tone: 'done' });
      // Definitions are others now, wherever they are shown.
      await queries.invalidateQueries();
    },
  });
  const choose = async (chosen: readonly File[]) => {
    setAsked(null);
    applying.reset();
    const read = readPack(chosen, t('admin.packs.noPack'));
    read.then(planning.mutate, (error: Error) => toast({ text: error.message, tone: 'wrong' }));
  };
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return (
    <Page
      title={t('admin.packs.title')}
      actions={
        <>
          <Button
            type="primary"
            icon={<FolderUp size={15} />}
            loading={planning.isPending}
            onClick={() => input.current?.click()}
          >
            {t('admin.packs.choose')}
          </Button>
          <input
            ref={(element) => {
              input.current = element;
              // React knows no such property: a folder is chosen, not a file.
              if (element) element.webkitdirectory = true;
            }}
            type="file"
            hidden
            multiple
            aria-label={t('admin.packs.choose')}
            onChange={(event) => {
              const chosen = [...(event.target.files ?? [])];
              event.target.value = '';
              if (chosen.length > 0) void choose(chosen);
            }}
          />
        </>
      }
    >
      <Panels>
        <Refused error={planning.error ?? applying.error} />
        {asked && (
          <Plan
            name={asked.name}
            removes={asked.files === null}
            plan={asked.plan}
            busy={applying.isPending}
            onApply={() => applying.mutate(asked)}
            onCancel={() => setAsked(null)}
          />
        )}
        <Panel title={t('admin.packs.installed')} help={t('admin.packs.help')}>
          <Installed packs={found.data} onRemove={(name) => planning.mutate({ name, files: null })} />
        </Panel>
      </Panels>
    </Page>
  );
}

function Installed({ packs, onRemove }: { packs: Pack[]; onRemove: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('admin.packs.installed')}
      rows={packs}
      id={(one) => one.name}
      columns={[
        { key: 'label', label: t('admin.packs.label'), cell: (one) => one.label },
        { key: 'name', label: t('admin.packs.name'), cell: (one) => <code>{one.name}</code> },
        {
          key: 'version',
          label: t('admin.packs.version'),
          cell: (one) => <span className="number">{one.version}</span>,
        },
        {
          key: 'requires',
          label: t('admin.packs.requires'),
          cell: (one) => (one.requires.length === 0 ? '—' : one.requires.join(', ')),
        },
        {
          key: 'remove',
          label: t('admin.packs.remove'),
          narrow: true,
          // Without the base nobody could sign in.
          cell: (one) =>
            one.name !== 'base' && (
              <Button size="small" danger onClick={() => onRemove(one.name)}>
                {t('admin.packs.remove')}
              </Button>
            ),
        },
      ]}
    />
  );
}

/** What is wrong with the files, each finding on a line. */
function Refused({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (error === null) return null;
  const all = error instanceof Problem ? (error.body.errors ?? []) : [];
  return (
    <Panel title={t('admin.packs.refused')}>
      <ul className={styles.lines} role="alert">
        {all.length === 0 && <li>{error.message}</li>}
        {all.map(({ path, message }, at) => (
          <li key={at}>
            {path && <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
