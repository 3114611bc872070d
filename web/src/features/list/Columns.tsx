import { Columns3 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Shown } from '../../api/views';
import type { Column } from '../../fields/columns';
import { Popup } from '../../ui/Popup';
import { ToolButton } from '../../ui/ToolButton';
import type { ColumnsProps } from './ColumnPicker';

// Most lists are left as they are.
const ColumnPicker = lazy(() => import('./ColumnPicker'));

/** Which columns a list has, in which order, and which of them stay in sight. */
export function Columns(props: ColumnsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popup
      title={t('list.columns')}
      placement="bottom"
      open={open}
      onOpen={setOpen}
      button={
        <ToolButton small icon={<Columns3 size={15} />} label={t('list.columns')} expanded={open} on={props.changed} />
      }
    >
      <Suspense fallback={null}>
        <ColumnPicker {...props} />
      </Suspense>
    </Popup>
  );
}

/** A column as it is kept: without a width where nobody chose one. */
export function asShown({ path, width, fixed, pinned }: Column): Shown {
  return { path, ...(fixed ? { width } : {}), ...(pinned ? { pinned } : {}) };
}
