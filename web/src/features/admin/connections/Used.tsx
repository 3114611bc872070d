import { useTranslation } from 'react-i18next';
import type { Connector } from '../../../api/connections';

/** What was asked last of another system, and how that went. */
export function Used({ connector: { used_operation: what, used_outcome: how } }: { connector: Connector }) {
  const { t } = useTranslation();
  const ended = how === null ? '' : t(`admin.connections.outcomes.${how}`);
  return <>{[what, ended].filter(Boolean).join(' · ')}</>;
}
