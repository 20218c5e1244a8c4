import { emitTagWriter } from './emit-encode-tags.ts';
import { inputValue, nonDefault, operand } from './emit-non-default.ts';
import { writeStatements } from './emit-write.ts';
import { canBeNull, inputType, mandatoryVersions } from './field-types.ts';
import { upperFirst } from './naming.ts';
import { call, type GeneratedFunction } from './source.ts';
import type { FieldSpec, MessageSpec, StructSpec } from './spec.ts';
import { contains, type Versions, type When, whenIn } from './versions.ts';

/** One function for each struct, and for each field that is an array or a nullable struct. */
export function emitEncode(message: MessageSpec): GeneratedFunction[] {
  return message.structs.flatMap((struct) => [
    emitStruct(message, struct),
    ...emitTagWriter(message, struct),
    ...struct.fields.flatMap((field) => emitFieldWriter(struct, field)),
  ]);
}

function emitStruct(message: MessageSpec, struct: StructSpec): GeneratedFunction {
  const body = struct.fields.flatMap((field) => writeField(struct, field));
  const flexible = whenIn(message.flexible, struct.versions);
  if (flexible !== 'never') {
    const hasTags = struct.fields.some((field) => field.tagged !== undefined);
    const writeTags = hasTags
      ? `${call(`write${struct.name}Tags`, 'writer', 'value')};`
      : 'writeUnknownTagsOnly(writer, value.unknownTaggedFields);';
    if (flexible === 'always') body.push(writeTags);
    else {
      body.push(`if (${flexible.condition}) ${writeTags}`);
      body.push(`else forbidUnknownTags(value.unknownTaggedFields, '${struct.name}', version);`);
    }
  }
  const isUsed = body.length > 0;
  const parameters = isUsed
    ? ['writer: Writer', `value: ${struct.name}Input`]
    : ['_writer: Writer', `_value: ${struct.name}Input`];
  return { name: `encode${struct.name}`, parameters, returns: 'void', body };
}

function writeField(struct: StructSpec, field: FieldSpec): string[] {
  const when = whenIn(mandatoryVersions(field), struct.versions);
  const statements = when === 'never' ? [] : writeStatements(struct, field, inputValue(struct, field));
  const lines =
    typeof when === 'string'
      ? statements
      : statements.length === 1
        ? [`if (${when.condition}) ${statements[0]}`]
        : [`if (${when.condition}) {`, ...statements.map((line) => `  ${line}`), '}'];
  if (field.ignorable || contains(field.versions, struct.versions)) return lines;
  const complaint = `throw unsupportedField('${struct.name}', '${field.name}', version);`;
  const check = nonDefault(struct, field);
  if (field.tagged === undefined) {
    const last = lines.at(-1);
    if (last === '}') return [...lines.slice(0, -1), `} else if (${check}) {`, `  ${complaint}`, '}'];
    return [...lines, `else if (${check}) ${complaint}`];
  }
  return [...lines, `if (${outside(field.versions, struct.versions)} && ${operand(check)}) ${complaint}`];
}

function outside(versions: Versions, context: Versions): string {
  const parts: string[] = [];
  if (versions.min > context.min) parts.push(`version < ${versions.min}`);
  if (versions.max < context.max) parts.push(`version > ${versions.max}`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || ')})`;
}

function emitFieldWriter(struct: StructSpec, field: FieldSpec): GeneratedFunction[] {
  const { type } = field;
  const nullable = canBeNull(field, struct);
  if (type.kind === 'primitive' || (type.kind === 'struct' && !nullable)) return [];
  const name = `write${struct.name}${upperFirst(field.name)}`;
  const parameters = ['writer: Writer', `${type.kind === 'array' ? 'elements' : 'value'}: ${inputType(field, struct)}`];
  const when = whenIn(field.nullable, field.versions);
  const body =
    type.kind === 'array'
      ? [
          ...(nullable ? nullCheck(struct, field, 'elements', 'writer.nullArray();', when) : []),
          'writer.arrayCount(elements.length);',
          type.element.kind === 'struct'
            ? `for (const element of elements) ${call(`encode${type.element.name}`, 'writer', 'element')};`
            : `for (const element of elements) writer.${type.element.name}(element);`,
        ]
      : [
          ...nullCheck(struct, field, 'value', nullStruct(field), when),
          presentStruct(field, when),
          `${call(`encode${type.name}`, 'writer', 'value')};`,
        ];
  return [{ name, parameters, returns: 'void', body }];
}

function nullCheck(struct: StructSpec, field: FieldSpec, value: string, writeNull: string, when: When): string[] {
  const complaint = `throw nullField('${struct.name}', '${field.name}', version);`;
  if (when === 'never') return [`if (${value} === null) ${complaint}`];
  const check = when === 'always' ? [] : [`  if (!(${when.condition})) ${complaint}`];
  return [`if (${value} === null) {`, ...check, `  ${writeNull}`, '  return;', '}'];
}

/** KIP-893: a nullable struct has a mark in front, which is a varint in a tagged field. */
function nullStruct(field: FieldSpec): string {
  return field.tagged === undefined ? 'writer.int8(-1);' : 'writer.unsignedVarint(0);';
}

function presentStruct(field: FieldSpec, when: When): string {
  const write = field.tagged === undefined ? 'writer.int8(1);' : 'writer.unsignedVarint(1);';
  return typeof when === 'string' ? write : `if (${when.condition}) ${write}`;
}
