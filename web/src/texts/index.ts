import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { preference } from '../ui/preference';

/** The languages there are; what a browser asks for decides until somebody chooses. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文', 'zh-TW': '繁體中文' } as const;
export type Language = keyof typeof LANGUAGES;

const chosen = preference('language', ['', 'en', 'zh-CN', 'zh-TW']);

const bundles: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./en.json'),
  'zh-CN': () => import('./zh-CN.json'),
  'zh-TW': () => import('./zh-TW.json'),
};

/** The language in force. */
export function language(): Language {
  return chosen.get() || ofBrowser(navigator.languages);
}

/** The first language of a browser's list that there is a bundle for. */
export function ofBrowser(wanted: readonly string[]): Language {
  for (const tag of wanted.map((one) => one.toLowerCase())) {
    if (/^zh\b.*(tw|hk|mo|hant)/.test(tag)) return 'zh-TW';
    if (tag.startsWith('zh')) return 'zh-CN';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

/** Whether somebody chose a language for this browser. */
export function isChosen(): boolean {
  return chosen.get() !== '';
}

/** Shows everything in this language from now on. */
export async function speak(next: Language): Promise<void> {
  await load(next);
  chosen.set(next);
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
}

/** Prepares the texts; called once before the first paint. */
export async function prepareTexts(): Promise<void> {
  const first = language();
  await i18next.use(initReactI18next).init({
    lng: first,
    resources: {},
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await load(first);
  document.documentElement.lang = first;
}

async function load(which: Language): Promise<void> {
  if (i18next.hasResourceBundle(which, 'translation')) return;
  i18next.addResourceBundle(which, 'translation', (await bundles[which]()).default);
}
