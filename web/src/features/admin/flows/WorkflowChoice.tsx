import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../../api/definitions';
import { Choice } from '../Choice';

interface Props {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** One workflow alone, or all. */
export function WorkflowChoice({ value, onChange }: Props) {
  const { t } = useTranslation();
  const workflows = useDefinitions().filter((one) => one.kind === 'workflow');
  return (
    <Choice
      label={t('admin.flows.workflow')}
      value={value}
      placeholder={t('admin.flows.any')}
      options={workflows.map(({ name, label }) => ({ value: name, label }))}
      onChange={onChange}
    />
  );
}
