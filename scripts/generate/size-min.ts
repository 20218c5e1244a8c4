import { mandatoryVersions } from './field-types.ts';
import { type ElementType, type FieldSpec, type MessageSpec, type PrimitiveType, structNamed } from './spec.ts';
import { includes, intersect, type Versions } from './versions.ts';

const FIXED_SIZES: Partial<Record<PrimitiveType, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  hash64: 8,
  float64: 8,
  uuid: 16,
};

/** The least bytes that one element takes in any of `versions`: an array's count is checked against it. */
export function elementSizeMin(message: MessageSpec, type: ElementType, versions: Versions): number {
  let least = Number.POSITIVE_INFINITY;
  const { min, max } = intersect(versions, message.versions) ?? versions;
  for (let version = min; version <= max; version++) {
    least = Math.min(least, sizeInVersion(message, type, version));
  }
  return Math.max(1, least);
}

function sizeInVersion(message: MessageSpec, type: ElementType, version: number): number {
  const flexible = includes(message.flexible, version);
  if (type.kind === 'primitive') return FIXED_SIZES[type.name] ?? (flexible ? 1 : type.name === 'string' ? 2 : 4);
  let size = flexible ? 1 : 0;
  for (const field of structNamed(message, type.name).fields) {
    if (includes(mandatoryVersions(field), version)) size += fieldSize(message, field, version);
  }
  return size;
}

function fieldSize(message: MessageSpec, field: FieldSpec, version: number): number {
  if (field.type.kind === 'array') return includes(message.flexible, version) ? 1 : 4;
  if (field.type.kind === 'struct' && includes(field.nullable, version)) return 1;
  return sizeInVersion(message, field.type, version);
}
