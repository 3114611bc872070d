import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../../ui/Panel';
import { Table, type TableColumn } from '../../../ui/Table';
import { ActButton } from '../ActButton';
import { Found } from '../Found';

interface Props<R> {
  user: string;
  title: string;
  /** Says that there is none. */
  nothing: string;
  found: { data: R[] | undefined; error: Error | null };
  columns: TableColumn<R>[];
  end: (id: string) => Promise<void>;
  actions?: ReactNode;
}

/** What lets somebody in, or a program for somebody; each can be ended. */
export function Held<R extends { id: string }>({ user, title, nothing, found, columns, end, actions }: Props<R>) {
  const { t } = useTranslation();
  const ends: TableColumn<R> = {
    key: 'end',
    label: t('profile.end'),
    narrow: true,
    cell: (one) => (
      <ActButton size="small" label={t('profile.end')} act={() => end(one.id)} changed={[['users', user]]} />
    ),
  };
  return (
    <Panel title={title} actions={actions}>
      <Found rows={found.data} error={found.error} nothing={nothing}>
        {(rows) => <Table label={title} rows={rows} id={(one) => one.id} columns={[...columns, ends]} />}
      </Found>
    </Panel>
  );
}
