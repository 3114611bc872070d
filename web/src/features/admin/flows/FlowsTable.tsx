import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { FoundInstance } from '../../../api/flows';
import { moment } from '../../../fields/date';
import { Table, type TableColumn } from '../../../ui/Table';
import { useCalled } from '../useCalled';
import { AboutRecord, Stands, Two, Until, Version } from './About';
import { FlowState } from './FlowState';

interface Props {
  label: string;
  rows: readonly FoundInstance[];
  /** Before the others: marks. */
  first?: TableColumn<FoundInstance>[];
  /** Behind the others: what can be done. */
  last?: TableColumn<FoundInstance>[];
}

/** Flows with their workflow, record, and where they stand. */
export function FlowsTable({ label, rows, first = [], last = [] }: Props) {
  const { t } = useTranslation();
  const called = useCalled('workflow');
  return (
    <Table
      label={label}
      rows={rows}
      id={(one) => one.id}
      columns={[
        ...first,
        {
          key: 'workflow',
          label: t('admin.flows.workflow'),
          cell: (one) => (
            <Two below={<Version {...one} />}>
              <Link to="/admin/flows/$id" params={{ id: one.id }}>
                {called(one.workflow)}
              </Link>
            </Two>
          ),
        },
        { key: 'record', label: t('admin.flows.record'), cell: ({ record }) => <AboutRecord record={record} /> },
        {
          key: 'state',
          label: t('admin.flows.state'),
          narrow: true,
          cell: ({ state, incidents }) => <FlowState state={state} failed={incidents.length > 0} />,
        },
        { key: 'stands', label: t('admin.flows.stands'), cell: ({ waiting }) => <Stands waiting={waiting} /> },
        {
          key: 'started',
          label: t('admin.flows.started'),
          narrow: true,
          cell: ({ started_at: at, initiator }) => (
            <Two below={initiator?.title ?? initiator?.login ?? t('admin.audit.system')}>
              <span className="number">{moment(at)}</span>
            </Two>
          ),
        },
        {
          key: 'due',
          label: t('admin.flows.due'),
          narrow: true,
          cell: ({ due_at: due, ended_at: ended }) => <Until due={due} over={ended !== null} />,
        },
        ...last,
      ]}
    />
  );
}
