import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import QRCode from 'antd/es/qr-code';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor } from '../../api/account';
import { sessionQuery, useSession } from '../../api/session';
import { Card, Entry, Form, PasswordEntry } from './Card';
import styles from './profile.module.css';

/** An authenticator app: set up in three steps, removed by password and code. */
export function SecondFactor() {
  const { t } = useTranslation();
  const { second_factor: inForce } = useSession();
  // The session tells at once that it is in force; the codes stay until somebody says that they are kept.
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Card title={t('profile.secondFactor')} help={t(inForce ? 'profile.secondFactorOn' : 'profile.secondFactorOff')}>
      {codes ? (
        <Recovery codes={codes} onKept={() => setCodes(null)} />
      ) : inForce ? (
        <Remove />
      ) : (
        <SetUp onCodes={setCodes} />
      )}
    </Card>
  );
}

function SetUp({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const beginning = useOnce({ mutationFn: () => beginSecondFactor(password) });
  const confirming = useOnce({
    mutationFn: () => confirmSecondFactor(code),
    onSuccess: (codes) => {
      onCodes(codes);
      return queries.invalidateQueries(sessionQuery);
    },
  });
  if (beginning.data) {
    return (
      <Form
        label={t('profile.confirm')}
        kind="primary"
        busy={confirming.isPending}
        error={confirming.error}
        onSubmit={() => confirming.mutate()}
      >
        <div className={styles.scan}>
          {/* The secret beside it says the same. */}
          <div aria-hidden>
            <QRCode value={beginning.data.uri} type="svg" color="#000" bgColor="#fff" />
          </div>
          <div>
            <p>{t('profile.scan')}</p>
            <code>{beginning.data.secret}</code>
          </div>
        </div>
        <Entry label={t('profile.code')} autoComplete="one-time-code" value={code} onChange={setCode} />
      </Form>
    );
  }
  return (
    <Form
      label={t('profile.setUp')}
      busy={beginning.isPending}
      error={beginning.error}
      onSubmit={() => beginning.mutate()}
    >
      <Own value={password} onChange={setPassword} />
    </Form>
  );
}

function Recovery({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('profile.recoveryHelp')}</p>
      <pre className={styles.codes}>{codes.join('\n')}</pre>
      <Button type="primary" onClick={onKept}>
        {t('profile.kept')}
      </Button>
    </>
  );
}

function Remove() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const removing = useOnce({
    mutationFn: () => removeSecondFactor(password, code),
    onSuccess: () => queries.invalidateQueries(sessionQuery),
  });
  return (
    <Form
      label={t('profile.removeFactor')}
      kind="danger"
      busy={removing.isPending}
      error={removing.error}
      onSubmit={() => removing.mutate()}
    >
      <Own value={password} onChange={setPassword} />
      <Entry label={t('profile.code')} autoComplete="one-time-code" value={code} onChange={setCode} />
    </Form>
  );
}

/** Whoever sits at an open screen is not yet its owner: the password is asked for. */
function Own({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return <PasswordEntry label={t('signIn.password')} value={value} onChange={onChange} />;
}
