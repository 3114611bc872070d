import Dropdown from 'antd/es/dropdown';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { exportRecords, type Leaving } from '../../api/exports';
import type { ObjectDefinition } from '../../definition/types';
import { failed, toast } from '../../ui/toast';
import { ToolButton } from '../../ui/ToolButton';
import type { ListSearch } from './search';

interface Props {
  object: ObjectDefinition;
  view: string | undefined;
  search: ListSearch;
}

/** What the list shows as a file: the same records, columns and order. */
export function Export({ object, view, search }: Props) {
  const { t } = useTranslation();
  const { filter, search: words, sort } = search;
  const leaving = useOnce({
    mutationFn: (format: Leaving['format']) =>
      exportRecords(
        {
          object: object.name,
          format,
          ...(view ? { view } : {}),
          ...(filter ? { filter } : {}),
          ...(words ? { search: words } : {}),
          ...(sort ? { sort } : {}),
        },
        () => toast({ text: t('list.exporting'), tone: 'done' }),
      ),
    onError: failed,
  });
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'xlsx', label: 'XLSX' },
          { key: 'csv', label: 'CSV' },
        ],
        onClick: ({ key }) => leaving.mutate(key as Leaving['format']),
      }}
    >
      <ToolButton small icon={<Download size={15} />} label={t('list.export')} loading={leaving.isPending} />
    </Dropdown>
  );
}
