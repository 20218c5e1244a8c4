import { defaultOf } from './defaults.ts';
import { mandatoryVersions, primitiveMethod, valueElementType, valueType } from './field-types.ts';
import { upperFirst } from './naming.ts';
import { elementSizeMin } from './size-min.ts';
import { call, type GeneratedFunction } from './source.ts';
import { type FieldSpec, flexibleVersions, type MessageSpec, type PrimitiveType, type StructSpec } from './spec.ts';
import { contains, type Versions, type When, whenIn } from './versions.ts';

/** One function for each struct, and for each field that is an array, a struct, or tagged. */
export function emitDecode(message: MessageSpec): GeneratedFunction[] {
  return message.structs.flatMap((struct) => [
    emitStruct(message, struct),
    ...emitTags(message, struct),
    ...struct.fields.flatMap((field) => emitFieldReader(message, struct, field)),
  ]);
}

function emitStruct(message: MessageSpec, struct: StructSpec): GeneratedFunction {
  const literal = struct.fields.map((field) => `  ${field.name}: ${fieldExpression(struct, field)},`);
  const flexible = whenIn(message.flexible, struct.versions);
  const parameters = ['reader: Reader'];
  const header = { name: `decode${struct.name}`, parameters, returns: struct.name };
  if (flexible === 'never') return { ...header, body: ['return {', ...literal, '};'] };
  const hasTags = struct.fields.some((field) => field.tagged !== undefined);
  const readTags = hasTags
    ? `${call(`read${struct.name}Tags`, 'reader', 'value')};`
    : 'readUnknownTags(reader, value);';
  const first =
    literal.length === 0
      ? [`const value: ${struct.name} = {};`]
      : [`const value: ${struct.name} = {`, ...literal, '};'];
  return { ...header, body: [...first, `${ifPrefix(flexible)}${readTags}`, 'return value;'] };
}

function fieldExpression(struct: StructSpec, field: FieldSpec): string {
  const when = whenIn(mandatoryVersions(field), struct.versions);
  if (when === 'never') return defaultOf(field);
  const read = readExpression(struct, field);
  if (when === 'always') return read;
  return `${when.condition} ? ${read.includes(' ? ') ? `(${read})` : read} : ${defaultOf(field)}`;
}

function readExpression(struct: StructSpec, field: FieldSpec): string {
  const { type } = field;
  if (type.kind !== 'primitive') return call(`read${struct.name}${upperFirst(field.name)}`, 'reader');
  return readPrimitive(type.name, field, mandatoryVersions(field) ?? field.versions);
}

function readPrimitive(name: PrimitiveType, field: FieldSpec, context: Versions): string {
  if (!field.flexible) return `reader.nullableStringInt16('${field.name}')`;
  const method = primitiveMethod(name, field).replace('records', 'bytes');
  const plain = `reader.${method}('${field.name}')`;
  const nullable = `reader.nullable${upperFirst(method)}('${field.name}')`;
  return choose(whenIn(field.nullable, context), nullable, plain);
}

function emitFieldReader(message: MessageSpec, struct: StructSpec, field: FieldSpec): GeneratedFunction[] {
  const { type } = field;
  if (type.kind === 'primitive') return [];
  const header = {
    name: `read${struct.name}${upperFirst(field.name)}`,
    parameters: ['reader: Reader'],
    returns: valueType(field, struct),
  };
  const nullable = whenIn(field.nullable, field.versions);
  if (type.kind === 'struct') {
    return [{ ...header, body: structFieldBody(field, type.name, nullable) }];
  }
  const elementType = valueElementType(type.element);
  const sizeMin = elementSizeMin(message, type.element, field.versions);
  const counted = `('${field.name}', ${sizeMin})`;
  const count = choose(nullable, `reader.nullableArrayCount${counted}`, `reader.arrayCount${counted}`);
  const element =
    type.element.kind === 'struct'
      ? call(`decode${type.element.name}`, 'reader')
      : `reader.${type.element.name.replace('records', 'bytes')}('')`;
  const body = [
    `const count = ${count};`,
    ...(nullable === 'never' ? [] : ['if (count < 0) return null;']),
    `const elements: ${elementType}[] = [];`,
    'try {',
    `  while (elements.length < count) elements.push(${element});`,
    '} catch (error) {',
    `  throw inElement(error, '${field.name}', elements.length);`,
    '}',
    'return elements;',
  ];
  return [{ ...header, body }];
}

function structFieldBody(field: FieldSpec, struct: string, nullable: When): string[] {
  const isNull =
    field.tagged === undefined
      ? `reader.int8('${field.name}') < 0`
      : // KIP-893: in a tagged field the mark is a varint.
        `reader.unsignedVarint('${field.name}') === 0`;
  const check =
    nullable === 'never'
      ? []
      : [`if (${nullable === 'always' ? isNull : `${nullable.condition} && ${isNull}`}) return null;`];
  return [
    'try {',
    ...check.map((line) => `  ${line}`),
    `  return ${call(`decode${struct}`, 'reader')};`,
    '} catch (error) {',
    `  throw inField(error, '${field.name}');`,
    '}',
  ];
}

function emitTags(message: MessageSpec, struct: StructSpec): GeneratedFunction[] {
  const tagged = struct.fields.filter((field) => field.tagged !== undefined);
  if (tagged.length === 0) return [];
  const cases = tagged.flatMap((field) => emitTagCase(message, struct, field));
  const body = [
    'const count = reader.tagCount();',
    'for (let i = 0; i < count; i++) {',
    `  const tag = reader.unsignedVarint('tag');`,
    '  const end = reader.tagEnd(tag);',
    '  switch (tag) {',
    ...cases.map((line) => `    ${line}`),
    '    default:',
    '      readUnknownTag(reader, value, tag, end);',
    '  }',
    '  reader.checkTagEnd(tag, end);',
    '}',
  ];
  const parameters = ['reader: Reader', `value: ${struct.name}`];
  return [{ name: `read${struct.name}Tags`, parameters, returns: 'void', body }];
}

function emitTagCase(message: MessageSpec, struct: StructSpec, field: FieldSpec): string[] {
  const { type, tagged } = field;
  if (tagged === undefined) return [];
  const read = type.kind === 'primitive' ? readPrimitive(type.name, field, tagged) : readExpression(struct, field);
  // Kafka refuses a tag that it knows in versions that lack it, too.
  const check = contains(tagged, flexibleVersions(message, struct))
    ? []
    : [`  if (version < ${tagged.min}) throw reader.error('${field.name}', 'a tagged field of later versions');`];
  return [`case ${field.tag}:`, ...check, `  value.${field.name} = ${read};`, '  break;'];
}

function choose(when: When, then: string, otherwise: string): string {
  if (when === 'always') return then;
  if (when === 'never') return otherwise;
  return `${when.condition} ? ${then} : ${otherwise}`;
}

function ifPrefix(when: When): string {
  return typeof when === 'string' ? '' : `if (${when.condition}) `;
}
