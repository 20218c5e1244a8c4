import type { FieldSpec } from './spec.ts';

const INT64_MAX_TEXT = '9223372036854775807';

/** Whether the field needs the one int64 beyond ±(2^53−1) that can be held. */
export function holdsInt64Max(field: FieldSpec): boolean {
  return field.explicitDefault === INT64_MAX_TEXT;
}

/** The value, in TypeScript, that a decoded field has in versions without it: Kafka's rules. */
export function defaultOf(field: FieldSpec): string {
  const { type, explicitDefault } = field;
  if (explicitDefault === 'null') return 'null';
  if (type.kind === 'array') return '[]';
  if (type.kind === 'struct') return `default${type.name}()`;
  switch (type.name) {
    case 'bool':
      return explicitDefault ?? 'false';
    case 'string':
      return `'${explicitDefault ?? ''}'`;
    case 'uuid':
      return 'ZERO_UUID';
    case 'bytes':
      return 'EMPTY_BYTES';
    case 'records':
      return 'null';
    case 'hash64':
      return `${explicitDefault ?? '0'}n`;
    default:
      return holdsInt64Max(field) ? 'INT64_MAX' : (explicitDefault ?? '0');
  }
}

/**
 * Whether whoever encodes may leave the field out. Not where leaving out would not mean null though null is possible:
 * such tagged fields default to an empty struct or array in Kafka, and are null when their owner "has none".
 */
export function isOptionalInput(field: FieldSpec, inEveryVersion: boolean): boolean {
  if (field.tag !== undefined && field.nullable !== undefined && field.explicitDefault === undefined) return false;
  return field.explicitDefault !== undefined || field.tag !== undefined || field.ignorable || !inEveryVersion;
}
