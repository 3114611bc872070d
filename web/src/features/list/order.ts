import type { Order } from '../../ui/grid';

/** `-amount,name` as an order. */
export function readOrder(text: string | undefined): Order {
  const names = (text ?? '').split(',').filter((name) => name !== '');
  return names.map((name) => ({ key: name.replace(/^-/, ''), down: name.startsWith('-') }));
}

/** An order as `-amount,name`. */
export function writeOrder(order: Order): string {
  return order.map(({ key, down }) => `${down ? '-' : ''}${key}`).join(',');
}
