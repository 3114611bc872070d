import { ChevronDown, ChevronRight } from 'lucide-react';
import styles from './Disclosure.module.css';

interface Props {
  open: boolean;
  /** What it opens. */
  label: string;
  onToggle: () => void;
  /** There is nothing to open. */
  empty?: boolean;
  tabIndex?: number;
}

/** Opens what lies below a line, and closes it again. The line itself does not hear of it. */
export function Disclosure({ open, label, onToggle, empty = false, tabIndex }: Props) {
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <button
      className={styles.disclosure}
      tabIndex={tabIndex}
      aria-expanded={open}
      aria-label={label}
      disabled={empty}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      {!empty && <Arrow size={15} aria-hidden />}
    </button>
  );
}
