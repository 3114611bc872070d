import { useTranslation } from 'react-i18next';
import type { ImportFinding } from '../../api/imports';
import type { ObjectDefinition } from '../../definition/types';
import { Table } from '../../ui/Table';

/** What is wrong with lines, each kind once with how often and where it stands first. */
export function Findings({ object, findings }: { object: ObjectDefinition; findings: ImportFinding[] }) {
  const { t, i18n } = useTranslation();
  const figure = (value: number) => value.toLocaleString(i18n.language);
  return (
    <Table
      label={t('import.findings')}
      rows={findings}
      id={({ code, field }) => `${code} ${field}`}
      columns={[
        {
          key: 'field',
          label: t('import.field'),
          cell: ({ field }) => object.fields[field?.split(/[.[]/)[0] ?? '']?.label ?? field ?? '',
        },
        { key: 'message', label: t('import.reason'), cell: ({ message }) => message },
        { key: 'count', label: t('import.count'), end: true, cell: ({ count }) => figure(count) },
        {
          key: 'lines',
          label: t('import.firstLines'),
          cell: ({ lines, count }) => (
            <span className="number">{lines.slice(0, 5).join(', ') + (count > 5 ? ' …' : '')}</span>
          ),
        },
      ]}
    />
  );
}
