import Select from 'antd/es/select';
import styles from './admin.module.css';

interface Props {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  /** Whether none may be chosen as well. */
  clears?: boolean;
  /** What none means. */
  placeholder?: string;
  busy?: boolean;
  /** Its name is heard only: what stands beside it says it already. */
  bare?: boolean;
  onChange: (value: string | undefined) => void;
}

/** One of some words, outside of any form. */
export function Choice({
  label,
  value,
  options,
  clears = true,
  placeholder,
  busy = false,
  bare = false,
  onChange,
}: Props) {
  return (
    <div className={styles.entry}>
      {!bare && <span>{label}</span>}
      <Select
        aria-label={label}
        value={value}
        options={options}
        allowClear={clears}
        placeholder={placeholder}
        loading={busy}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={onChange}
      />
    </div>
  );
}
