import { defaultOf } from './defaults.ts';
import { canBeNull, isOptional } from './field-types.ts';
import type { FieldSpec, StructSpec } from './spec.ts';

/** What to encode, in TypeScript: the field of `value`, or its default where it was left out. */
export function inputValue(struct: StructSpec, field: FieldSpec): string {
  const value = `value.${field.name}`;
  const initial = defaultOf(field);
  if (!isOptional(field, struct)) return value;
  // Null is a value of its own where the default is another.
  if (canBeNull(field, struct) && initial !== 'null') return `${value} === undefined ? ${initial} : ${value}`;
  return `${value} ?? ${initial}`;
}

/** The condition, in TypeScript, that the field of `value` is set to something else than its default. */
export function nonDefault(struct: StructSpec, field: FieldSpec): string {
  const { type } = field;
  const optional = isOptional(field, struct);
  const value = `value.${field.name}`;
  const initial = defaultOf(field);
  const set = orNull(struct, field, value);
  if (initial === '[]' || initial === 'EMPTY_BYTES') {
    return set(optional ? `(${value}?.length ?? 0) !== 0` : `${value}.length !== 0`);
  }
  if (type.kind === 'struct' && initial !== 'null') {
    return set(
      optional ? `${value} !== undefined && !isDefault${type.name}(${value})` : `!isDefault${type.name}(${value})`,
    );
  }
  if (!optional) return `${value} !== ${initial}`;
  if (canBeNull(field, struct) && initial !== 'null') return `${value} !== undefined && ${value} !== ${initial}`;
  return `(${value} ?? ${initial}) !== ${initial}`;
}

/** The condition, fit to stand beside `&&`. */
export function operand(condition: string): string {
  return condition.includes('||') ? `(${condition})` : condition;
}

/** A null that is not the default counts as set. */
function orNull(struct: StructSpec, field: FieldSpec, value: string): (condition: string) => string {
  if (!canBeNull(field, struct)) return (condition) => condition;
  return (condition) => `${value} === null || ${condition.includes('&&') ? `(${condition})` : condition}`;
}
