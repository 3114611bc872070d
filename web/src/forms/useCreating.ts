import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { create, type Row } from '../api/records';
import type { Json } from '../definition/json';

/** Creates the record of a form. All its tries have one key: what arrived although no answer came is not made twice. */
export function useCreating(object: string): (values: Record<string, Json>, form?: string) => Promise<Row> {
  const queries = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  return async (values, form) => {
    const row = await create(object, values, key, form);
    await queries.invalidateQueries({ queryKey: ['records', object] });
    return row;
  };
}
