import Popover from 'antd/es/popover';
import { cloneElement, type ReactElement, type ReactNode } from 'react';
import { usePhone } from './appearance';
import { Dialog } from './Dialog';

interface Props {
  title: string;
  placement: 'bottom' | 'bottomLeft';
  open: boolean;
  onOpen: (open: boolean) => void;
  /** What opens it. */
  button: ReactElement<{ onClick?: () => void }>;
  children: ReactNode;
}

/** Tools that a button opens: beside it at a desk, over the page on a phone, where they would hide half of the others. */
export function Popup({ title, placement, open, onOpen, button, children }: Props) {
  const phone = usePhone();
  if (phone) {
    return (
      <>
        {cloneElement(button, { onClick: () => onOpen(true) })}
        {open && (
          <Dialog title={title} onClose={() => onOpen(false)}>
            {children}
          </Dialog>
        )}
      </>
    );
  }
  return (
    <Popover
      trigger="click"
      placement={placement}
      // It may be wider than there is room on one side of the button.
      autoAdjustOverflow
      open={open}
      onOpenChange={onOpen}
      destroyOnHidden
      content={children}
    >
      {button}
    </Popover>
  );
}
