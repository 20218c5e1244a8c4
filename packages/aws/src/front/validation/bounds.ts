import type { Shape, StringShape } from '../contract.ts';
import { createMatcher } from './matcher.ts';

/** A rule for a value by itself: what is said of one that breaks it. */
export interface Rule {
  readonly says: string;
  holds(value: unknown): boolean;
}

/** The rules of a shape, in the order in which the services name them. */
export function rulesOf(shape: Shape): Rule[] {
  switch (shape.type) {
    case 'string':
      return [...stringRules(shape), ...lengthRules(shape, (value) => (value as string).length)];
    case 'blob':
    case 'list':
      return lengthRules(shape, (value) => (value as { length: number }).length);
    case 'map':
      return lengthRules(shape, (value) => Object.keys(value as object).length);
    case 'integer':
    case 'long':
      return numberRules(shape.min, shape.max);
    default:
      return [];
  }
}

function stringRules({ pattern, enum: values }: StringShape): Rule[] {
  const rules: Rule[] = [];
  if (values !== undefined) {
    const known = new Set<unknown>(values);
    rules.push({
      says: `Member must satisfy enum value set: [${values.join(', ')}]`,
      holds: (value) => known.has(value),
    });
  }
  if (pattern !== undefined) {
    // Compiled when it is first needed: most patterns never are.
    let matches: ((value: string) => boolean) | undefined;
    rules.push({
      says: `Member must satisfy regular expression pattern: ${pattern}`,
      holds(value) {
        matches ??= createMatcher(pattern);
        return matches(value as string);
      },
    });
  }
  return rules;
}

function lengthRules({ min, max }: { min?: number; max?: number }, lengthOf: (value: unknown) => number): Rule[] {
  const rules: Rule[] = [];
  if (max !== undefined)
    rules.push({
      says: `Member must have length less than or equal to ${max}`,
      holds: (value) => lengthOf(value) <= max,
    });
  if (min !== undefined)
    rules.push({
      says: `Member must have length greater than or equal to ${min}`,
      holds: (value) => lengthOf(value) >= min,
    });
  return rules;
}

function numberRules(min: number | undefined, max: number | undefined): Rule[] {
  const rules: Rule[] = [];
  if (max !== undefined)
    rules.push({ says: `Member must have value less than or equal to ${max}`, holds: (value) => Number(value) <= max });
  if (min !== undefined)
    rules.push({
      says: `Member must have value greater than or equal to ${min}`,
      holds: (value) => Number(value) >= min,
    });
  return rules;
}
