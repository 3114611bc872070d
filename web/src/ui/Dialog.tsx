import { lazy, type ReactNode, Suspense } from 'react';
import styles from './Dialog.module.css';

// Most pages are left before anything stands over them.
const Modal = lazy(() => import('antd/es/modal'));

interface Props {
  title: string;
  width?: number;
  onClose: () => void;
  /** Below the content; nothing without it. */
  footer?: ReactNode;
  /** As high as the page allows, with content that scrolls inside it: a form with its bar. */
  tall?: boolean;
  children: ReactNode;
}

/** Something that stands over the page until it is answered. */
export function Dialog({ title, width = 640, onClose, footer = null, tall = false, children }: Props) {
  return (
    <Suspense fallback={null}>
      <Modal
        open
        centered={tall}
        title={title}
        width={width}
        footer={footer}
        onCancel={onClose}
        mask={{ closable: false }}
        // The page does not scroll; and the kit would forbid it by a style without a nonce.
        scrollLock={false}
        // Beside a long title stands the way out.
        styles={{ header: { paddingInlineEnd: 24 } }}
        classNames={tall ? { container: styles.tall ?? '', body: styles.body ?? '' } : {}}
      >
        {children}
      </Modal>
    </Suspense>
  );
}
