import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { returnTargetsQuery, type Said } from '../../api/tasks';
import { failureOf } from '../../definition/problem';
import { Popup } from '../../ui/Popup';
import styles from './approvals.module.css';
import { Choices } from './Choices';
import type { Refusal } from './refusal';
import { Comment, Wrong } from '../../flows/Comment';

interface Props {
  task: string;
  comment: string;
  onComment: (comment: string) => void;
  disabled: boolean;
  busy: boolean;
  refused: Refusal;
  open: boolean;
  onOpen: (open: boolean) => void;
  onReturn: (said: Said) => void;
}

/** Sends a flow back to an earlier step. */
export function Return({ task, comment, onComment, disabled, busy, refused, open, onOpen, onReturn }: Props) {
  const { t } = useTranslation();
  const found = useQuery(returnTargetsQuery(task));
  const [chosen, setChosen] = useState<string>();
  const [back, setBack] = useState(false);
  const targets = found.data ?? [];
  const to = chosen ?? targets[0]?.node;
  const title = t('approvals.acts.return');
  return (
    <Popup
      title={title}
      placement="bottomLeft"
      open={open}
      onOpen={onOpen}
      button={
        <Button disabled={disabled} aria-expanded={open}>
          {t('approvals.returning')}
        </Button>
      }
    >
      <div className={styles.returning} role="group" aria-label={title}>
        <Choices
          label={t('approvals.step')}
          choices={targets.map(({ node, label }) => ({ key: node, label }))}
          value={to}
          onChange={setChosen}
        />
        <Wrong>{failureOf(found)?.message}</Wrong>
        <label className={styles.choice}>
          <input type="checkbox" checked={back} onChange={(event) => setBack(event.target.checked)} />
          <span>
            {t('approvals.straight')}
            <small>{t('approvals.straightHelp')}</small>
          </span>
        </label>
        <Comment value={comment} onChange={onComment} wrong={refused.comment} />
        <Wrong>{refused.person ?? refused.whole}</Wrong>
        <Button
          type="primary"
          block
          disabled={to === undefined}
          loading={busy}
          onClick={() => to !== undefined && onReturn({ to, back })}
        >
          {title}
        </Button>
      </div>
    </Popup>
  );
}
