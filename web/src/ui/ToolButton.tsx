import Button from 'antd/es/button';
import type { ReactNode } from 'react';

interface Props {
  icon: ReactNode;
  label: string;
  /** Only the icon is seen; the label is told by it. */
  small?: boolean;
  /** Something is on, or other than usual. */
  on?: boolean | undefined;
  /** Of what is switched on and off. */
  pressed?: boolean | undefined;
  expanded?: boolean | undefined;
  loading?: boolean;
  onClick?: () => void;
}

/** A tool above a list. What a menu or a popup asks of its button comes along with the rest. */
export function ToolButton({
  icon,
  label,
  small = false,
  on = false,
  pressed,
  expanded,
  loading,
  onClick,
  ...rest
}: Props) {
  return (
    <Button
      {...rest}
      icon={icon}
      color={on ? 'primary' : 'default'}
      variant={on ? 'filled' : 'outlined'}
      aria-pressed={pressed}
      aria-expanded={expanded}
      {...(small ? { 'aria-label': label, title: label } : {})}
      {...(loading === undefined ? {} : { loading })}
      {...(onClick ? { onClick } : {})}
    >
      {small ? null : label}
    </Button>
  );
}
