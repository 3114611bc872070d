import styles from './State.module.css';

export type Tone = 'grey' | 'blue' | 'cyan' | 'violet' | 'gold' | 'green' | 'red' | 'magenta';

/** A state: a dot, its word and a soft ground, so that nothing hangs on the colour alone. */
export function State({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={styles.state} data-tone={tone}>
      {children}
    </span>
  );
}
