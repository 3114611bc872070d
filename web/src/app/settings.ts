import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Language, LANGUAGES, speak } from '../texts';
import { density, theme } from '../ui/appearance';
import { queries } from './queries';

/** Something about the pages that a person sets, or has for himself. */
interface Setting {
  key: string;
  label: string;
  act: () => unknown;
}

/** Shows everything in another language: labels of definitions and titles of choices come in the reader's. */
export async function speakAll(next: Language): Promise<void> {
  await speak(next);
  await queries.invalidateQueries();
}

/** What can be set from everywhere; `showAround` begins the tour. */
export function useSettings(showAround: () => void): Setting[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const looks = (['system', 'light', 'dark'] as const).map((one) => ({
    key: `theme ${one}`,
    label: `${t('account.theme')}: ${t(`account.themes.${one}`)}`,
    act: () => theme.set(one),
  }));
  const heights = (['compact', 'normal', 'relaxed'] as const).map((one) => ({
    key: `density ${one}`,
    label: `${t('account.density')}: ${t(`account.densities.${one}`)}`,
    act: () => density.set(one),
  }));
  const languages = (Object.entries(LANGUAGES) as [Language, string][]).map(([one, label]) => ({
    key: `language ${one}`,
    label: `${t('account.language')}: ${label}`,
    act: () => speakAll(one),
  }));
  const own = { key: 'profile', label: t('profile.title'), act: () => navigate({ to: '/me' }) };
  const tour = { key: 'tour', label: t('tour.take'), act: showAround };
  return [own, tour, ...looks, ...heights, ...languages];
}
