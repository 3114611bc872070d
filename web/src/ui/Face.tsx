import styles from './Face.module.css';

/** A round sign with the first letter of a name. */
export function Face({ name, size = 20 }: { name: string; size?: number }) {
  return (
    <span className={styles.face} style={{ width: size, height: size, fontSize: size / 2 }} aria-hidden>
      {[...name][0] ?? '?'}
    </span>
  );
}
