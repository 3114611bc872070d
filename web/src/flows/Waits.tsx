import { useTranslation } from 'react-i18next';
import { moment } from '../fields/date';
import { lasted } from '../texts/moment';

/** For how long somebody is waited for. */
export function Waits({ since }: { since: string }) {
  const { t } = useTranslation();
  const seconds = Math.max(0, (Date.now() - Date.parse(since)) / 1000);
  return (
    <time dateTime={since} title={moment(since)}>
      {seconds < 60 ? t('flows.justNow') : t('flows.since', { time: lasted(seconds) })}
    </time>
  );
}
