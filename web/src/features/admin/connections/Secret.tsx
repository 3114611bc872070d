import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../../api/once';
import { freshSecret, keepSecret, type SecretPlace } from '../../../api/connections';
import type * as Schema from '../../../definition/schema.gen';
import { moment } from '../../../fields/date';
import { Dialog } from '../../../ui/Dialog';
import { State } from '../../../ui/State';
import { toast } from '../../../ui/toast';
import { ActButton } from '../ActButton';
import admin from '../admin.module.css';
import { Wrong } from '../Wrong';
import styles from './connections.module.css';
import { Copy } from './Copy';

interface Props {
  /** What it is called. */
  label: string;
  place: SecretPlace;
  kept: Pick<Schema.ConnectorSecret, 'set' | 'set_at' | 'set_by'>;
  /** The shortest it may be. */
  shortest?: number;
  /** Whether one may be made up here: where both sides take any. */
  makes?: boolean;
}

/** Whether a secret is set, by whom and when; it is set anew or forgotten, and read by nobody. */
export function Secret({ label, place, kept, shortest = 1, makes = false }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const by = kept.set_by?.title ?? kept.set_by?.login ?? t('admin.audit.system');
  return (
    <div className={styles.secret}>
      <div className={styles.kept}>
        <strong>{label}</strong>
        <State tone={kept.set ? 'green' : 'gold'}>
          {t(kept.set ? 'admin.connections.set' : 'admin.connections.unset')}
        </State>
        {kept.set_at !== null && (
          <span className={admin.quiet}>{t('admin.connections.setBy', { at: moment(kept.set_at), by })}</span>
        )}
      </div>
      <span className={admin.actions}>
        <Button size="small" onClick={() => setAsked(true)}>
          {t(kept.set ? 'admin.connections.rotate' : 'admin.connections.setSecret')}
        </Button>
        {kept.set && (
          <ActButton
            size="small"
            danger
            label={t('admin.connections.forget')}
            ask={t('admin.connections.forgetAsk')}
            act={() => keepSecret(place, null)}
            changed={[['connections']]}
            done={t('admin.connections.forgotten')}
          />
        )}
      </span>
      {asked && <Ask label={label} place={place} shortest={shortest} makes={makes} onClose={() => setAsked(false)} />}
    </div>
  );
}

interface AskProps extends Required<Pick<Props, 'label' | 'place' | 'shortest' | 'makes'>> {
  onClose: () => void;
}

function Ask({ label, place, shortest, makes, onClose }: AskProps) {
  const { t } = useTranslation();
  const id = useId();
  const queries = useQueryClient();
  const [value, setValue] = useState('');
  // What was made up has to be read once.
  const [shown, setShown] = useState(false);
  const short = new TextEncoder().encode(value).length < shortest;
  const keeping = useOnce({
    mutationFn: () => keepSecret(place, value),
    onSuccess: async () => {
      toast({ text: t('admin.connections.kept'), tone: 'done' });
      onClose();
      await queries.invalidateQueries({ queryKey: ['connections'] });
    },
  });
  return (
    <Dialog
      title={t('admin.connections.secretOf', { name: label })}
      width={520}
      onClose={onClose}
      footer={
        <Button type="primary" disabled={short} loading={keeping.isPending} onClick={() => keeping.mutate()}>
          {t('admin.connections.keep')}
        </Button>
      }
    >
      <div className={styles.asked}>
        <p>{t('admin.connections.secretHelp')}</p>
        <div className={styles.field}>
          <label htmlFor={id}>{t('admin.connections.value')}</label>
          <input
            id={id}
            type={shown ? 'text' : 'password'}
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
          {shortest > 1 && <small>{t('admin.connections.shortest', { count: shortest })}</small>}
        </div>
        {makes && (
          <div>
            <Button
              onClick={() => {
                setValue(freshSecret());
                setShown(true);
              }}
            >
              {t('admin.connections.make')}
            </Button>
          </div>
        )}
        {shown && value !== '' && <Copy text={value} label={t('admin.connections.copySecret')} />}
        {keeping.error && <Wrong>{keeping.error.message}</Wrong>}
      </div>
    </Dialog>
  );
}
