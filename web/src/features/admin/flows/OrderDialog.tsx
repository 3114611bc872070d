import Button from 'antd/es/button';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../ui/Dialog';
import { TextArea } from '../../../ui/TextArea';
import { toast } from '../../../ui/toast';
import { Wrong } from '../Wrong';
import styles from './flows.module.css';
import { useOrder } from './useOrder';

interface Props {
  title: string;
  /** What it does, and what cannot be taken back. */
  help: string;
  /** What the button says; the title where it is not given. */
  label?: string;
  danger?: boolean;
  /** Whether all is said that is needed. */
  ready?: boolean;
  /** Said when it is done. */
  done: string;
  act: (comment: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}

/** Something that is done to flows, with the reason, which the log keeps. */
export function OrderDialog({ title, help, label, danger = false, ready = true, done, act, onClose, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [comment, setComment] = useState('');
  const ordering = useOrder(act, () => {
    toast({ text: done, tone: 'done' });
    onClose();
  });
  return (
    <Dialog
      title={title}
      width={520}
      onClose={onClose}
      footer={
        <Button
          type="primary"
          danger={danger}
          disabled={!ready}
          loading={ordering.isPending}
          onClick={() => ordering.mutate(comment)}
        >
          {label ?? title}
        </Button>
      }
    >
      <div className={styles.asked}>
        <p>{help}</p>
        {children}
        <div className={styles.field}>
          <label htmlFor={id}>{t('admin.flows.why')}</label>
          <TextArea id={id} value={comment} onChange={(event) => setComment(event.target.value)} />
        </div>
        {ordering.error && <Wrong>{ordering.error.message}</Wrong>}
      </div>
    </Dialog>
  );
}
