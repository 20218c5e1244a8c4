import { defaultOf, holdsInt64Max, isOptionalInput } from './defaults.ts';
import type { ElementType, FieldSpec, FieldType, PrimitiveType, StructSpec } from './spec.ts';
import { contains, type Versions } from './versions.ts';

const VALUE_TYPES: Record<PrimitiveType, string> = {
  bool: 'boolean',
  int8: 'number',
  int16: 'number',
  uint16: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'number',
  hash64: 'bigint',
  float64: 'number',
  string: 'string',
  uuid: 'Uuid',
  bytes: 'Buffer',
  records: 'Buffer',
};

/** Whether the versions of the struct all have the field on the wire, outside the tagged ones. */
function isInEveryVersion(field: FieldSpec, struct: StructSpec): boolean {
  return contains(mandatoryVersions(field), struct.versions);
}

/** Those in which the field stands in its place. Tagged versions are always the latest ones. */
export function mandatoryVersions(field: FieldSpec): Versions | undefined {
  if (field.tagged === undefined) return field.versions;
  if (field.tagged.min === field.versions.min) return undefined;
  return { min: field.versions.min, max: field.tagged.min - 1 };
}

export function canBeNull(field: FieldSpec, struct: StructSpec): boolean {
  return field.nullable !== undefined || (!isInEveryVersion(field, struct) && defaultOf(field) === 'null');
}

/** The type of the decoded field. */
export function valueType(field: FieldSpec, struct: StructSpec): string {
  return orNull(arrayOf(field.type, '', valueElementType), canBeNull(field, struct));
}

/** The type that the field may have when it is encoded. */
export function inputType(field: FieldSpec, struct: StructSpec): string {
  return orNull(arrayOf(field.type, 'readonly ', inputElementType), canBeNull(field, struct));
}

export function isOptional(field: FieldSpec, struct: StructSpec): boolean {
  return isOptionalInput(field, contains(field.versions, struct.versions));
}

export function valueElementType(type: ElementType): string {
  return type.kind === 'struct' ? type.name : VALUE_TYPES[type.name];
}

function inputElementType(type: ElementType): string {
  if (type.kind === 'struct') return `${type.name}Input`;
  return type.name === 'records' ? 'Records' : VALUE_TYPES[type.name];
}

/** The reader's and the writer's method for it. */
export function primitiveMethod(name: PrimitiveType, field: FieldSpec): string {
  if (name === 'int64' && holdsInt64Max(field)) return 'int64OrMax';
  return name;
}

function arrayOf(type: FieldType, modifier: string, elementType: (type: ElementType) => string): string {
  return type.kind === 'array' ? `${modifier}${elementType(type.element)}[]` : elementType(type);
}

function orNull(type: string, nullable: boolean): string {
  return nullable ? `${type} | null` : type;
}
