import type { Locale } from 'antd/es/locale';
import { use } from 'react';

const bundles: Record<string, () => Promise<unknown>> = {
  en: () => import('antd/es/locale/en_US'),
  'zh-CN': () => import('antd/es/locale/zh_CN'),
  'zh-TW': () => import('antd/es/locale/zh_TW'),
};

const loading = new Map<string, Promise<Locale>>();

/** The kit's own words in this language. Whoever uses it waits for them: a kit that gets them later builds its page anew. */
export function useKitLocale(language: string): Locale {
  const known = loading.get(language);
  if (known !== undefined) return use(known);
  const found = (bundles[language] ?? bundles.en)?.().then((bundle) => (bundle as { default: Locale }).default);
  const promise = found ?? Promise.reject(new Error(`no words for ${language}`));
  loading.set(language, promise);
  return use(promise);
}
