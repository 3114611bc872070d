import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';

const bundles: Record<string, () => Promise<unknown>> = {
  en: () => import('antd/es/locale/en_US'),
  'zh-CN': () => import('antd/es/locale/zh_CN'),
  'zh-TW': () => import('antd/es/locale/zh_TW'),
};

/** The kit's own words in this language, once they are there. */
export function useKitLocale(language: string): Locale | undefined {
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    void bundles[language]?.().then((found) => {
      if (current) setLocale((found as { default: Locale }).default);
    });
    return () => {
      current = false;
    };
  }, [language]);
  return locale;
}
