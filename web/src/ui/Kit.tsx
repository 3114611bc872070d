import ConfigProvider from 'antd/es/config-provider';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDark, usePhone } from './appearance';
import { kitTheme } from './theme';
import { useKitLocale } from './locale';
import { nonce } from './nonce';

/** The kit in our look and language. It is large: what surrounds the pages does without it. */
export default function Kit({ children }: { children: ReactNode }) {
  const dark = useDark();
  const phone = usePhone();
  const locale = useKitLocale(useTranslation().i18n.language);
  const theme = useMemo(() => kitTheme(dark, phone), [dark, phone]);
  return (
    <ConfigProvider
      theme={theme}
      button={{ autoInsertSpace: false }}
      locale={locale}
      csp={nonce ? { nonce } : undefined}
    >
      {children}
    </ConfigProvider>
  );
}
