import { getRouteApi } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { CircleAlert } from 'lucide-react';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRouter } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useOnce } from '../../api/once';
import { Problem, Unreachable } from '../../definition/problem';
import { type Credentials, sessionQuery, signIn } from '../../api/session';
import Kit from '../../ui/Kit';
import { ownPath } from '../../ui/links';
import { type Language, language, LANGUAGES, speak } from '../../texts';
import styles from './SignInPage.module.css';

const route = getRouteApi('/sign-in');

/** What the server wants beside login and password. */
type Wanted = 'password' | 'code' | 'new_password';

const WANTED: Record<string, Wanted> = { otp_required: 'code', password_change_required: 'new_password' };

/** Login and password; where the server asks for them, a second factor and a password of one's own. */
export function SignInPage() {
  return (
    <Kit>
      <SignIn />
    </Kit>
  );
}

function SignIn() {
  const { t } = useTranslation();
  const { to } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const [given, setGiven] = useState<Credentials>({ login: '', password: '' });
  const [wanted, setWanted] = useState<Wanted>('password');
  const entering = useOnce({
    mutationFn: signIn,
    onSuccess: async () => {
      // What was refused without a session is asked anew.
      queries.clear();
      await queries.fetchQuery(sessionQuery);
      // A link must not lead elsewhere after the sign-in; the router hands on what its own check left out.
      await router.navigate({ href: ownPath(to ?? '/') ?? '/', replace: true });
    },
    onError: (error) => {
      const next = error instanceof Problem ? WANTED[error.code] : undefined;
      if (next) setWanted(next);
    },
  });
  const asked = entering.error instanceof Problem && WANTED[entering.error.code] === wanted && wanted !== 'password';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate(given);
  };
  const set = (part: keyof Credentials) => (value: string) => setGiven((before) => ({ ...before, [part]: value }));
  return (
    <div className={styles.page}>
      <form className={styles.card} onSubmit={submit} aria-labelledby="sign-in">
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1 id="sign-in">{t('signIn.title')}</h1>
        {entering.error && !asked && <Refusal error={entering.error} />}
        {asked && (
          <p role="status" className={styles.hint}>
            {t(`signIn.wanted.${wanted}`)}
          </p>
        )}
        <Part label={t('signIn.login')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              autoComplete="username"
              autoFocus
              value={given.login}
              onChange={(event) => set('login')(event.target.value)}
            />
          )}
        </Part>
        <Part label={t('signIn.password')}>
          {(id) => (
            <Input.Password
              id={id}
              size="large"
              autoComplete="current-password"
              value={given.password}
              onChange={(event) => set('password')(event.target.value)}
            />
          )}
        </Part>
        {wanted === 'code' && (
          <Part label={t('signIn.code')}>
            {(id) => (
              <Input
                id={id}
                size="large"
                autoFocus
                inputMode="numeric"
                autoComplete="one-time-code"
                value={given.otp ?? ''}
                onChange={(event) => set('otp')(event.target.value)}
              />
            )}
          </Part>
        )}
        {wanted === 'new_password' && (
          <Part label={t('signIn.newPassword')}>
            {(id) => (
              <Input.Password
                id={id}
                size="large"
                autoFocus
                autoComplete="new-password"
                value={given.new_password ?? ''}
                onChange={(event) => set('new_password')(event.target.value)}
              />
            )}
          </Part>
        )}
        <Button
          type="primary"
          size="large"
          htmlType="submit"
          block
          loading={entering.isPending}
          disabled={given.login === '' || given.password === ''}
        >
          {t('signIn.enter')}
        </Button>
        <nav className={styles.languages} aria-label={t('account.language')}>
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <button
              key={tag}
              type="button"
              lang={tag}
              aria-pressed={tag === language()}
              onClick={() => void speak(tag as Language)}
            >
              {name}
            </button>
          ))}
        </nav>
      </form>
    </div>
  );
}

function Part({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.part}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

function Refusal({ error }: { error: Error }) {
  const { t } = useTranslation();
  const said = error instanceof Unreachable ? t('error.away') : error.message;
  return (
    <p role="alert" className={styles.refusal}>
      <CircleAlert size={16} aria-hidden />
      {said}
    </p>
  );
}
