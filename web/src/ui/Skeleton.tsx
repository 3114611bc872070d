import styles from './states.module.css';

/** A grey bar where words will be. */
export function Bar({ width, height = 14 }: { width: number | string; height?: number }) {
  return <div className={styles.bar} style={{ width, height }} />;
}

/** A page that is on its way: a head and rows. */
export function Waiting() {
  return (
    <div className={styles.waiting} aria-busy="true">
      <Bar width={160} height={22} />
      {Array.from({ length: 10 }, (_, row) => (
        <div key={row} className={styles.row}>
          <Bar width="12%" />
          <Bar width="28%" />
          <Bar width="18%" />
          <Bar width="10%" />
        </div>
      ))}
    </div>
  );
}
