import { inputValue, nonDefault, operand } from './emit-non-default.ts';
import { writeStatements } from './emit-write.ts';
import { upperFirst } from './naming.ts';
import type { GeneratedFunction } from './source.ts';
import { type FieldSpec, flexibleVersions, type MessageSpec, type StructSpec } from './spec.ts';
import { whenIn } from './versions.ts';

/** The function that writes a struct's tagged fields: those that are not at their default, then the unknown ones. */
export function emitTagWriter(message: MessageSpec, struct: StructSpec): GeneratedFunction[] {
  const tagged = struct.fields.filter((field) => field.tagged !== undefined);
  if (tagged.length === 0) return [];
  tagged.sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0));
  // Unknown tags follow the known ones: that keeps the order only while the known ones have no gaps.
  if (tagged.some((field, index) => field.tag !== index)) throw new Error(`${struct.name}: tags with gaps`);
  const body = [
    ...tagged.map((field) => `const ${flag(field)} = ${condition(message, struct, field)};`),
    'let count = value.unknownTaggedFields?.length ?? 0;',
    ...tagged.map((field) => `if (${flag(field)}) count++;`),
    'writer.unsignedVarint(count);',
    ...tagged.flatMap((field) => writeTag(struct, field)),
    `writeUnknownTags(writer, value.unknownTaggedFields, ${tagged.length});`,
  ];
  const parameters = ['writer: Writer', `value: ${struct.name}Input`];
  return [{ name: `write${struct.name}Tags`, parameters, returns: 'void', body }];
}

function flag(field: FieldSpec): string {
  return `has${upperFirst(field.name)}`;
}

function condition(message: MessageSpec, struct: StructSpec, field: FieldSpec): string {
  const when = whenIn(field.tagged, flexibleVersions(message, struct));
  const check = nonDefault(struct, field);
  return typeof when === 'string' ? check : `${when.condition} && ${operand(check)}`;
}

function writeTag(struct: StructSpec, field: FieldSpec): string[] {
  const statements = writeStatements(struct, field, inputValue(struct, field));
  return [
    `if (${flag(field)}) {`,
    `  const mark = writer.beginTag(${field.tag});`,
    ...statements.map((line) => `  ${line}`),
    '  writer.endTag(mark);',
    '}',
  ];
}
