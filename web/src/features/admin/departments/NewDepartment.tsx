import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../../api/once';
import { useDefinition } from '../../../api/definitions';
import { create, type Row } from '../../../api/records';
import { Problem } from '../../../definition/problem';
import { Panel } from '../../../ui/Panel';
import styles from '../admin.module.css';
import { Wrong } from '../Wrong';

interface Props {
  /** The one above; none for one at the top. */
  under: Row | undefined;
  onMade: (id: string) => void;
}

const NAMES = ['code', 'name'] as const;

/** One more department, at the top or below the one that is looked at. */
export function NewDepartment({ under, onMade }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const object = useDefinition('object', 'base.department');
  const queries = useQueryClient();
  const [typed, setTyped] = useState({ code: '', name: '' });
  const making = useOnce({
    mutationFn: () =>
      create('base.department', { ...typed, ...(under ? { parent: { id: under.id } } : {}) }, crypto.randomUUID()),
    onSuccess: async (row) => {
      setTyped({ code: '', name: '' });
      await queries.invalidateQueries({ queryKey: ['records', 'base.department'] });
      onMade(row.id);
    },
  });
  const findings = making.error instanceof Problem ? making.error.findings : new Map<string, string[]>();
  const placed = NAMES.some((name) => findings.has(name));
  const send = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <Panel
      title={under ? t('admin.departments.newUnder', { name: String(under.name) }) : t('admin.departments.newTop')}
    >
      <form className={styles.row} onSubmit={send}>
        {NAMES.map((name) => (
          <div key={name} className={styles.entry}>
            <label htmlFor={`${id}${name}`}>{object.fields[name]?.label ?? name}</label>
            <input
              id={`${id}${name}`}
              required
              autoComplete="off"
              aria-invalid={findings.has(name) || undefined}
              value={typed[name]}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
            {findings.get(name)?.map((text) => (
              <Wrong key={text}>{text}</Wrong>
            ))}
          </div>
        ))}
        <Button htmlType="submit" loading={making.isPending}>
          {t('admin.departments.add')}
        </Button>
      </form>
      {making.error && !placed && <Wrong>{making.error.message}</Wrong>}
    </Panel>
  );
}
