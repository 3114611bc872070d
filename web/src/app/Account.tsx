import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetVisited } from '../api/visited';
import { signOut, usePerson } from '../api/session';
import { viewAs, viewed } from '../api/viewAs';
import { forgetChosen } from '../fields/chosen';
import { forgetDrafts } from '../forms/drafts';
import { type Language, LANGUAGES } from '../texts';
import { density, theme } from '../ui/appearance';
import { Face } from '../ui/Face';
import { toast } from '../ui/toast';
import { queries } from './queries';
import { speakAll } from './settings';
import styles from './Account.module.css';
import shell from './Shell.module.css';

/** The person at the screen: language, look, the way out. */
export function Account({ onTour }: { onTour: () => void }) {
  const { t, i18n } = useTranslation();
  const person = usePerson();
  const navigate = useNavigate();
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const look = theme.use();
  const rows = density.use();
  const leave = async () => {
    // Nothing is changed with somebody else's rights, the own session neither.
    if (viewed !== null) return viewAs(null);
    try {
      await signOut();
    } catch (error) {
      return toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
    }
    // Another person may sign in here next.
    forgetDrafts();
    forgetVisited();
    forgetChosen();
    await navigate({ to: '/sign-in' });
    queries.clear();
  };
  return (
    <>
      <button
        className={shell.round}
        data-tour="account"
        popoverTarget={id}
        aria-label={t('account.open', { name: person.name })}
      >
        <Face name={person.name} size={28} />
      </button>
      <div ref={panel} id={id} popover="auto" className={styles.panel}>
        <strong>{person.name}</strong>
        <span className={styles.login}>{person.login}</span>
        <Choice
          label={t('account.language')}
          value={i18n.language as Language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onChange={(next) => void speakAll(next)}
        />
        <Choice
          label={t('account.theme')}
          value={look}
          options={(['system', 'light', 'dark'] as const).map((one) => [one, t(`account.themes.${one}`)])}
          onChange={theme.set}
        />
        <Choice
          label={t('account.density')}
          value={rows}
          options={(['compact', 'normal', 'relaxed'] as const).map((one) => [one, t(`account.densities.${one}`)])}
          onChange={density.set}
        />
        <Link to="/me" className={styles.leave} onClick={() => panel.current?.hidePopover()}>
          {t('profile.title')}
        </Link>
        <button
          className={styles.leave}
          onClick={() => {
            panel.current?.hidePopover();
            onTour();
          }}
        >
          {t('tour.take')}
        </button>
        <button className={styles.leave} onClick={() => void leave()}>
          {t('account.signOut')}
        </button>
      </div>
    </>
  );
}

interface ChoiceProps<T extends string> {
  label: ReactNode;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label className={styles.choice}>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
