import Button from 'antd/es/button';
import Popconfirm from 'antd/es/popconfirm';
import { useAct } from './useAct';

interface Props {
  label: string;
  act: () => Promise<unknown>;
  /** The keys of what is read anew. */
  changed: readonly unknown[][];
  /** Said when it is done. */
  done?: string;
  /** Asked before, where it cannot be taken back. */
  ask?: string;
  size?: 'small' | 'middle';
  danger?: boolean;
}

/** Does one thing, of a row or of a panel; each such button is busy for itself. */
export function ActButton({ label, act, changed, done, ask, size = 'middle', danger = false }: Props) {
  const acting = useAct(act, changed, done);
  const begin = () => acting.mutate(undefined);
  const button = (
    <Button size={size} danger={danger} loading={acting.isPending} onClick={ask === undefined ? begin : undefined}>
      {label}
    </Button>
  );
  if (ask === undefined) return button;
  return (
    <Popconfirm title={ask} okText={label} onConfirm={begin}>
      {button}
    </Popconfirm>
  );
}
