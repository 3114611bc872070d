import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { migrate, type Moving } from '../../../api/flows';
import { OrderDialog } from './OrderDialog';

interface Props {
  workflow: string;
  moving: Moving;
  /** How many can go on, of those that were looked at. */
  count: number;
  /** Whether there are more that nobody has looked at yet. */
  more: boolean;
}

/** Takes those that can go on to the published version. */
export function Move({ workflow, moving, count, more }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const title = t(more ? 'admin.flows.moveAll' : 'admin.flows.move', { count });
  const act = async (comment: string) => {
    let cursor: string | undefined;
    do {
      const words = comment.trim() === '' ? {} : { comment: comment.trim() };
      const page = await migrate(workflow, { ...moving, ...words, ...(cursor === undefined ? {} : { cursor }) });
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  };
  return (
    <>
      <Button type="primary" onClick={() => setAsked(true)}>
        {title}
      </Button>
      {asked && (
        <OrderDialog
          title={title}
          help={t('admin.flows.moveHelp')}
          done={t('admin.flows.moved', { count })}
          act={act}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
