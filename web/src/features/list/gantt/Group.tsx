import { useTranslation } from 'react-i18next';
import type { Field } from '../../../definition/types';
import { kindOf } from '../../../fields/registry';
import { Disclosure } from '../../../ui/Disclosure';
import styles from './gantt.module.css';
import type { Line } from './plan';

interface Props {
  line: Line & { kind: 'group' };
  field: Field | undefined;
  open: boolean;
  current: boolean;
  onToggle: () => void;
  index: number;
  top: number;
  height: number;
  total: number;
}

/** The head of a group: what its tasks have in common, and how many there are. */
export function Group({ line, field, open, current, onToggle, index, top, height, total }: Props) {
  const { t, i18n } = useTranslation();
  const Display = field && line.group !== null ? kindOf(field).Display : undefined;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={open}
      className={styles.row}
      data-group
      data-line={line.id}
      style={{ top, height }}
    >
      <div className={styles.table} style={{ width: 'var(--table)' }}>
        <div role="gridcell" className={styles.cell}>
          <Disclosure open={open} label={t('gantt.group')} tabIndex={current ? 0 : -1} onToggle={onToggle} />
          {Display && field ? <Display field={field} value={line.group} /> : t('gantt.none')}
          <span className={styles.count}>{line.count.toLocaleString(i18n.language)}</span>
        </div>
      </div>
      <div role="gridcell" className={styles.lane} style={{ width: total }} />
    </div>
  );
}
