import { useTranslation } from 'react-i18next';
import { atWork, type Import } from '../../api/imports';
import { State, type Tone } from '../../ui/State';

/** Where an import stands, as the key of its word. */
export function standing(one: Import): string {
  if (atWork(one)) return `${one.step}ing`;
  if (one.state === 'failed' || one.state === 'cancelled') return 'stopped';
  return one.step;
}

const TONES: Record<string, Tone> = {
  checking: 'blue',
  runing: 'blue',
  undoing: 'blue',
  stopped: 'red',
  check: 'gold',
  run: 'green',
};

/** Where an import stands, in a word. */
export function Standing({ one }: { one: Import }) {
  const { t } = useTranslation();
  const where = standing(one);
  return <State tone={TONES[where] ?? 'grey'}>{t(`import.states.${where}`)}</State>;
}
