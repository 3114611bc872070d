import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../api/definitions';
import { forgetImport, type Import, importsQuery } from '../../api/imports';
import { useOnce } from '../../api/once';
import { failureOf } from '../../definition/problem';
import { moment } from '../../fields/date';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Panel, Panels } from '../../ui/Panel';
import { Bar } from '../../ui/Skeleton';
import { Table } from '../../ui/Table';
import { toast } from '../../ui/toast';
import styles from './import.module.css';
import { Standing } from './Standing';
import { Upload } from './Upload';

const route = getRouteApi('/inside/records/$object/import');

/** Where an import of an object begins, and where earlier ones are found again. */
export function ImportsPage() {
  const { t } = useTranslation();
  const { object: name } = route.useParams();
  const object = useDefinition('object', name);
  const navigate = useNavigate();
  const earlier = useQuery(importsQuery);
  const own = earlier.data?.filter((one) => one.object === name && one.step !== 'uploading');
  if (!object.may.import) return <Empty title={t('import.notPermitted')} />;
  return (
    <Page
      title={t('import.title', { object: object.plural })}
      actions={
        <Link to="/records/$object" params={{ object: name }}>
          {t('import.toList', { object: object.plural })}
        </Link>
      }
    >
      <Panels>
        <Panel title={t('import.file')} help={t('import.fileHelp')}>
          <Upload object={name} onSent={({ id }) => void navigate({ to: '/imports/$id', params: { id } })} />
        </Panel>
        <Panel title={t('import.earlier')}>
          {failureOf(earlier) ? (
            <ErrorState error={earlier.error} reset={() => void earlier.refetch()} />
          ) : own === undefined ? (
            <Bar width="40%" />
          ) : own.length === 0 ? (
            <p className={styles.quiet}>{t('import.none')}</p>
          ) : (
            <Earlier imports={own} />
          )}
        </Panel>
      </Panels>
    </Page>
  );
}

function Earlier({ imports }: { imports: Import[] }) {
  const { t, i18n } = useTranslation();
  return (
    <Table
      label={t('import.earlier')}
      rows={imports}
      id={(one) => one.id}
      columns={[
        {
          key: 'name',
          label: t('import.file'),
          cell: (one) => (
            <Link to="/imports/$id" params={{ id: one.id }}>
              {one.name === '' ? t('import.unnamed') : one.name}
            </Link>
          ),
        },
        { key: 'state', label: t('import.state'), cell: (one) => <Standing one={one} /> },
        {
          key: 'loaded',
          label: t('import.loaded'),
          end: true,
          cell: (one) =>
            one.step === 'run' || one.step === 'undo'
              ? ((one.report.created ?? 0) + (one.report.updated ?? 0)).toLocaleString(i18n.language)
              : '—',
        },
        {
          key: 'at',
          label: t('import.at'),
          narrow: true,
          cell: (one) => <span className="number">{moment(one.created_at)}</span>,
        },
        {
          key: 'forget',
          label: t('import.forget'),
          narrow: true,
          cell: (one) => <Forget one={one} />,
        },
      ]}
    />
  );
}

function Forget({ one }: { one: Import }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const forgetting = useOnce({
    mutationFn: () => forgetImport(one.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: importsQuery.queryKey }),
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  return (
    <Button
      type="text"
      icon={<X size={15} />}
      loading={forgetting.isPending}
      aria-label={t('import.forgetOne', { name: one.name })}
      title={t('import.forgetHelp')}
      onClick={() => forgetting.mutate()}
    />
  );
}
