import { ZERO_UUID } from '@sluice/kernel/ids';
import { type FieldSpec, type MessageSpec, type StructSpec, structNamed } from '../../../../scripts/generate/spec.ts';

/** What a field must decode to in versions without it: Kafka's rules, told apart from the generator's own text. */
export function defaultValue(message: MessageSpec, field: FieldSpec): unknown {
  const { type, explicitDefault } = field;
  if (explicitDefault === 'null' || (type.kind === 'primitive' && type.name === 'records')) return null;
  if (type.kind === 'array') return [];
  if (type.kind === 'struct') return defaultStruct(message, structNamed(message, type.name));
  switch (type.name) {
    case 'bool':
      return explicitDefault === 'true';
    case 'string':
      return explicitDefault ?? '';
    case 'uuid':
      return ZERO_UUID;
    case 'bytes':
      return Buffer.alloc(0);
    case 'hash64':
      return BigInt(explicitDefault ?? 0);
    default:
      return Number(explicitDefault ?? 0);
  }
}

function defaultStruct(message: MessageSpec, struct: StructSpec): Record<string, unknown> {
  return Object.fromEntries(struct.fields.map((field) => [field.name, defaultValue(message, field)]));
}
