import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { BellPlus, BellRing } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { follow, followersQuery } from '../../api/followers';
import { toast } from '../../ui/toast';

interface Props {
  object: string;
  id: string;
  title: string;
}

/** Follows a record: whoever does is told when others change it or comment on it. */
export function Follow({ object, id, title }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = followersQuery(object, id);
  const found = useQuery(query);
  const following = found.data?.following ?? false;
  const change = useOnce({
    mutationFn: (follows: boolean) => follow(object, id, follows),
    onSuccess: (_, follows) => {
      toast({ text: t(follows ? 'record.followed' : 'record.unfollowed', { title }), tone: 'done' });
    },
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
    onSettled: () => queries.invalidateQueries({ queryKey: query.queryKey }),
  });
  const label = t('record.follow', { title });
  return (
    <Button
      type="text"
      aria-pressed={following}
      aria-label={label}
      title={label}
      disabled={found.data === undefined || change.isPending}
      icon={following ? <BellRing size={17} /> : <BellPlus size={17} />}
      onClick={() => change.mutate(!following)}
    />
  );
}
