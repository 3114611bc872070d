import { useTranslation } from 'react-i18next';
import type { Picks } from '../api/tasks';
import type { Referred } from '../definition/reference';
import type * as Schema from '../definition/schema.gen';
import styles from './flows.module.css';
import { People } from './People';

/** People who are named, by the step. */
export type Picked = Record<string, Referred[]>;

interface Props {
  asked: readonly Schema.PicksAsked[];
  /** What steps are called. */
  labels: ReadonlyMap<string, string>;
  value: Picked;
  onChange: (value: Picked) => void;
  /** What is wrong with those of a step. */
  wrong: ReadonlyMap<string, string>;
}

/** Names the people of later steps. */
export function PicksInput({ asked, labels, value, onChange, wrong }: Props) {
  const { t } = useTranslation();
  if (asked.length === 0) return null;
  return (
    <div className={styles.picks}>
      {asked.map(({ node, min, max, among }) => (
        <People
          key={node}
          label={`${t('flows.pick', { step: labels.get(node) ?? node })}${min > 0 ? '*' : ''} ${range(t, min, max)}`.trim()}
          several={max > 1}
          required={min > 0}
          value={value[node] ?? []}
          onChange={(people) => onChange({ ...value, [node]: people.slice(0, max) })}
          without={[]}
          among={among?.map((person) => person.id) ?? null}
          wrong={wrong.get(node)}
        />
      ))}
    </div>
  );
}

function range(t: ReturnType<typeof useTranslation>['t'], min: number, max: number): string {
  if (max === 1) return min === 0 ? t('flows.pickNone') : '';
  return min === 0 ? t('flows.pickUpTo', { max }) : t('flows.pickRange', { min, max });
}

/** As it is sent: steps for which nobody is named are left out. */
export function sentPicks(picked: Picked): Picks {
  const named = Object.entries(picked).filter(([, people]) => people.length > 0);
  return Object.fromEntries(named.map(([node, people]) => [node, people.map((one) => one.id)]));
}

/** Whether everybody is named who has to be. */
export function isPicked(asked: readonly Schema.PicksAsked[], picked: Picked): boolean {
  return asked.every(({ node, min }) => (picked[node]?.length ?? 0) >= min);
}

/** What is wrong with the people of each step. */
export function wrongPicks(findings: ReadonlyMap<string, string[]>): Map<string, string> {
  const of = [...findings].filter(([path]) => path.startsWith('picks.'));
  return new Map(of.map(([path, words]) => [path.slice('picks.'.length), words.join(' ')]));
}
