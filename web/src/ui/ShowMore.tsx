import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { toast } from './toast';

interface Props {
  /** What the button says. */
  label: string;
  list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
}

/** Below a list that is read page by page: the next page, where there is one. What is there stays when it fails. */
export function ShowMore({ label, list }: Props) {
  if (!list.hasNextPage) return null;
  const more = async () => {
    const { error } = await list.fetchNextPage();
    if (error) toast({ text: error.message, tone: 'wrong' });
  };
  return (
    <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void more()}>
      {label}
    </Button>
  );
}
