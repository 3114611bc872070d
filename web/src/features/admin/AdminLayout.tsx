import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../../api/session';
import { Empty } from '../../ui/Empty';

/** The pages of administrators; others are told so here, and by the server. */
export function AdminLayout() {
  const { t } = useTranslation();
  return usePerson().admin ? <Outlet /> : <Empty title={t('admin.notPermitted')}>{t('admin.notPermittedCure')}</Empty>;
}
