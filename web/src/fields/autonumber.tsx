import { useTranslation } from 'react-i18next';
import type { FieldKind, InputProps } from './field';
import { text, TextInput } from './text';

/** A number that comes by itself where nobody gives one. */
function Input(props: InputProps) {
  const { t } = useTranslation();
  return <TextInput placeholder={t('field.numbered')} {...props} />;
}

export const autonumber: FieldKind = { ...text, Input };
