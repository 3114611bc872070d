import { CircleAlert } from 'lucide-react';
import { Problem } from '../../definition/problem';
import styles from './import.module.css';

/** What the server does not take of a plan, each thing on a line. */
export function Refusal({ error }: { error: Error | null }) {
  if (error === null) return null;
  const all = error instanceof Problem ? [...error.findings.values()].flat() : [];
  const said = all.length > 0 ? all : [error.message];
  return (
    <div className={styles.refusal} role="alert">
      {said.map((text) => (
        <p key={text} className={styles.wrong}>
          <CircleAlert size={15} aria-hidden />
          {text}
        </p>
      ))}
    </div>
  );
}
