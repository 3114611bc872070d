import Button from 'antd/es/button';
import { Filter } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Popup } from './Popup';

interface Props {
  /** How many conditions there are: told on the button. */
  count: number;
  children: ReactNode;
}

/** What a list is narrowed down by, behind a button. */
export function FilterPopup({ count, children }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popup
      title={t('list.filter')}
      placement="bottomLeft"
      open={open}
      onOpen={setOpen}
      button={
        <Button icon={<Filter size={15} aria-hidden />} aria-expanded={open} type={count > 0 ? 'dashed' : 'default'}>
          {t('list.filter')}
          {count > 0 && ` ${count}`}
        </Button>
      }
    >
      {children}
    </Popup>
  );
}
