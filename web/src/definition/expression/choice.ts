/** Parts that choose one of several: `if`, `switch`, `??`. */
import { truth } from './logic';
import { operand, type Builder, type Evaluate } from './node';
import { readerOf } from './read';
import { isPresent, same, type Present } from './value';

export const choose: Builder = (_node, operands) => {
  const condition = operand(operands, 0);
  const then = operand(operands, 1);
  const otherwise = operand(operands, 2);
  return (scope) => {
    const value = truth(condition(scope));
    if (value === true) return then(scope);
    return value === false || value === null ? otherwise(scope) : value;
  };
};

const nothing: Evaluate = () => null;

export const select: Builder = (node, operands) => {
  const subject = operand(operands, 0);
  const cases = node.cases ?? [];
  const arms = cases.map((literals, index) => ({
    literals: literals.map(({ t, v }) => readerOf(t)(v)).filter(isPresent),
    result: operand(operands, index + 1),
  }));
  const otherwise = node.default === true ? operand(operands, cases.length + 1) : nothing;
  const armOf = (value: Present): Evaluate =>
    arms.find((arm) => arm.literals.some((literal) => same(literal, value)))?.result ?? otherwise;
  return (scope) => {
    const value = subject(scope);
    if (isPresent(value)) return armOf(value)(scope);
    return value === null ? otherwise(scope) : value;
  };
};

export const coalesce: Builder = (_node, operands) => (scope) => {
  for (const part of operands) {
    const value = part(scope);
    if (value !== null) return value;
  }
  return null;
};
