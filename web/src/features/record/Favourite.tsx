import Button from 'antd/es/button';
import { Star } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFavourites } from '../../api/favourites';

/** Keeps a record at hand. */
export function Favourite({ object, id, title }: { object: string; id: string; title: string }) {
  const { t } = useTranslation();
  const { has, toggle } = useFavourites();
  const kept = has(id);
  return (
    <Button
      type="text"
      aria-pressed={kept}
      aria-label={t('record.favourite', { title })}
      title={t('record.favourite', { title })}
      icon={<Star size={17} fill={kept ? 'currentColor' : 'none'} />}
      onClick={() => toggle({ object, id })}
    />
  );
}
