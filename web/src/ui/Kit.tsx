import ConfigProvider from 'antd/es/config-provider';
import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDark, usePhone, useStill } from './appearance';
import { kitTheme } from './theme';
import { useKitLocale } from './locale';
import { nonce } from './nonce';

// Comes and goes at once, and has no name: the kit's own one stays for good where its end is missed, as a part of the
// button's name.
const busy = <LoaderCircle className="spinning" size="1em" aria-hidden />;

/** The kit in our look and language. It is large: what surrounds the pages does without it. */
export default function Kit({ children }: { children: ReactNode }) {
  const dark = useDark();
  const phone = usePhone();
  const still = useStill();
  const locale = useKitLocale(useTranslation().i18n.language);
  const theme = useMemo(() => kitTheme(dark, phone, still), [dark, phone, still]);
  return (
    <ConfigProvider
      theme={theme}
      button={{ autoInsertSpace: false, loadingIcon: busy }}
      locale={locale}
      csp={nonce ? { nonce } : undefined}
    >
      {children}
    </ConfigProvider>
  );
}
