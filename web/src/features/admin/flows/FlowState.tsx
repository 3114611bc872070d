import { useTranslation } from 'react-i18next';
import type { FoundInstance } from '../../../api/flows';
import { State, type Tone } from '../../../ui/State';

const TONES: Record<FoundInstance['state'], Tone> = {
  running: 'blue',
  suspended: 'gold',
  done: 'green',
  approved: 'green',
  rejected: 'red',
  withdrawn: 'grey',
  cancelled: 'grey',
};

/** Where a flow is in its life; one that failed says so first. */
export function FlowState({ state, failed = false }: { state: FoundInstance['state']; failed?: boolean }) {
  const { t } = useTranslation();
  return failed ? (
    <State tone="red">{t('admin.flows.failed')}</State>
  ) : (
    <State tone={TONES[state]}>{t(`admin.flows.states.${state}`)}</State>
  );
}
