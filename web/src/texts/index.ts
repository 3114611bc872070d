import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { preference } from '../ui/preference';

/** The languages there are; what a browser asks for decides until somebody chooses. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文', 'zh-TW': '繁體中文' } as const;
export type Language = keyof typeof LANGUAGES;

const chosen = preference('language', ['', 'en', 'zh-CN', 'zh-TW']);

/** The texts, a folder for what every page may say and one for each part of the application that few people open. */
const bundles = import.meta.glob<{ default: object }>('./*/*.json');
const parts = new Set(['common']);

/** What the site knows of the person who is signed in; it counts until somebody chooses for this browser. */
let known: Language | undefined;

/** The language in force. */
export function language(): Language {
  return chosen.get() || known || ofBrowser(navigator.languages);
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

/** Somebody chose: everything is shown in this language from now on. */
export async function speak(next: Language): Promise<void> {
  chosen.set(next);
  await show(language());
}

/** Somebody is signed in of whom the site knows this language. */
export async function speakWith(locale: string | null): Promise<void> {
  known = locale !== null && locale in LANGUAGES ? (locale as Language) : undefined;
  await show(language());
}

async function show(next: Language): Promise<void> {
  await load(next);
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

/** A page with the texts of its part, which it has in every language that is chosen from now on. */
export async function withTexts<M>(part: string, page: Promise<M>): Promise<M> {
  parts.add(part);
  const [module] = await Promise.all([page, load(language())]);
  return module;
}

async function load(which: Language): Promise<void> {
  await Promise.all([...parts].map((part) => loadPart(part, which)));
}

const loaded = new Set<string>();

async function loadPart(part: string, which: Language): Promise<void> {
  const path = `./${part}/${which}.json`;
  if (loaded.has(path)) return;
  i18next.addResourceBundle(which, 'translation', (await bundles[path]!()).default, true);
  loaded.add(path);
}
