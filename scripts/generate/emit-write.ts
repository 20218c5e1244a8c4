import { canBeNull, mandatoryVersions, primitiveMethod } from './field-types.ts';
import { upperFirst } from './naming.ts';
import { call } from './source.ts';
import type { FieldSpec, PrimitiveType, StructSpec } from './spec.ts';
import { whenIn } from './versions.ts';

/** The statements that write `value`, an expression for the field, in versions that have it. */
export function writeStatements(struct: StructSpec, field: FieldSpec, value: string): string[] {
  const { type } = field;
  if (type.kind === 'primitive') return writePrimitive(struct, field, type.name, value);
  if (type.kind === 'array' || canBeNull(field, struct)) {
    return [`${call(`write${struct.name}${upperFirst(field.name)}`, 'writer', value)};`];
  }
  return [`${call(`encode${type.name}`, 'writer', value)};`];
}

function writePrimitive(struct: StructSpec, field: FieldSpec, name: PrimitiveType, value: string): string[] {
  if (!field.flexible) return [`writer.nullableStringInt16(${value});`];
  const method = primitiveMethod(name, field);
  const nullable = `writer.nullable${upperFirst(method)}(${value});`;
  const plain = canBeNull(field, struct)
    ? `writer.${method}(notNull(${value}, '${struct.name}', '${field.name}', version));`
    : `writer.${method}(${value});`;
  const when = whenIn(field.nullable, mandatoryVersions(field) ?? field.versions);
  if (when === 'always') return [nullable];
  if (when === 'never') return [plain];
  return [`if (${when.condition}) ${nullable}`, `else ${plain}`];
}
