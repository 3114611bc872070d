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

/** The folder of a pack, or by its name one that is to be removed. */
type Chosen = readonly File[] | string;

/** Installed packs: what is there, what other files would change, and doing it. */
export function PacksPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const found = useQuery(packsQuery());
  const input = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const planning = useOnce({
    mutationFn: async (of: Chosen): Promise<Asked> => {
      const read = typeof of === 'string' ? { name: of, files: null } : await readPack(of, t('admin.packs.noPack'));
      return { ...read, plan: await planPack(read.name, read.files) };
    },
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
  const busy = planning.isPending || applying.isPending;
  const look = (of: Chosen) => {
    setAsked(null);
    applying.reset();
    planning.mutate(of);
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
            disabled={applying.isPending}
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
              if (chosen.length > 0) look(chosen);
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
          <Installed packs={found.data} busy={busy} onRemove={look} />
        </Panel>
      </Panels>
    </Page>
  );
}

interface InstalledProps {
  packs: Pack[];
  busy: boolean;
  onRemove: (name: string) => void;
}

function Installed({ packs, busy, onRemove }: InstalledProps) {
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
              <Button size="small" danger disabled={busy} onClick={() => onRemove(one.name)}>
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
