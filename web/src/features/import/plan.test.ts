import { describe, expect, it } from 'vitest';
import type { ImportPlan } from '../../api/imports';
import type { Field, ObjectDefinition } from '../../definition/types';
import { sent, twice, withField, withValue } from './plan';
import { targetsOf } from './targets';

const plan = (columns: ImportPlan['columns'], values: ImportPlan['values'] = {}): ImportPlan => ({
  mode: 'upsert',
  columns,
  values,
  key: null,
});

describe('a plan', () => {
  it('knows columns that fill the same', () => {
    const check = (columns: ImportPlan['columns'], expected: string[]) =>
      expect([...twice(plan(columns))]).toEqual(expected);
    check({}, []);
    check({ A: 'name', B: 'city' }, []);
    check({ A: 'name', B: 'city', C: 'name' }, ['A', 'C']);
    check({ A: null, B: null }, []);
  });

  it('keeps what words mean', () => {
    const begun = withValue(plan({ A: 'status' }), 'A', '合作中', 'active');
    expect(begun.values).toEqual({ A: { 合作中: 'active' } });
    expect(withValue(begun, 'A', '合作中', undefined).values).toEqual({ A: {} });
    expect(sent(withValue(begun, 'A', '合作中', undefined)).values).toEqual({});
    expect(sent({ ...begun, columns: { A: null } }).values).toEqual({});
    // Another field has other values.
    expect(withField(begun, 'A', 'stage')).toEqual(plan({ A: 'stage' }));
  });
});

describe('targets', () => {
  const field = (type: string, more: Partial<Field> = {}) =>
    ({ type, label: type, writable: true, derived: false, system: false, ...more }) as Field;
  const check = (fields: Record<string, Field>, expected: string[]) => {
    const keys = (name: string) => (name === 'a.firm' ? { name: 'code', label: 'Code' } : undefined);
    const found = targetsOf({ fields } as unknown as ObjectDefinition, keys, (part) => part);
    expect(found.map((one) => one.value)).toEqual(expected);
  };

  it('are fields that somebody fills', () => {
    check({ name: field('text'), sum: field('money', { derived: true }), lines: field('children') }, ['name']);
    check({ made: field('datetime', { system: true, writable: false }), stage: field('select', { writable: false }) }, [
      'stage',
    ]);
    check({ firm: field('reference', { to: 'a.firm' }) }, ['firm.code', 'firm']);
    check({ firm: field('reference', { to: 'a.other' }) }, ['firm']);
    check({ at: field('address') }, ['at.country', 'at.province', 'at.city', 'at.district', 'at.street']);
  });
});
