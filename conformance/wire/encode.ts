import { ByteWriter } from './byte-writer.ts';
import { type Field, includes, type Message } from './schema.ts';

/** What a script may write for a message: missing fields take their default. Bytes and records are Buffers. */
export type Body = { readonly [field: string]: Value | undefined };
export type Value = string | number | bigint | boolean | null | Buffer | Body | readonly Value[];

/** Encodes a body leniently: values are not validated, since scripts also send wrong ones. */
export function encodeBody(message: Message, version: number, body: Body): Buffer {
  const writer = new ByteWriter();
  writeStruct(writer, message.fields, version, includes(message.flexible, version), body);
  return writer.toBuffer();
}

function writeStruct(
  writer: ByteWriter,
  fields: readonly Field[],
  version: number,
  isFlexible: boolean,
  body: Body,
): void {
  for (const name of Object.keys(body)) {
    if (name !== '_tags' && !fields.some((field) => field.name === name)) throw new Error(`there is no field ${name}`);
  }
  const present = fields.filter((field) => includes(field.versions, version));
  for (const field of present) {
    if (!includes(field.tagged, version)) writeField(writer, field, version, isFlexible, body[field.name]);
  }
  if (isFlexible) writeTags(writer, present, version, body);
}

function writeTags(writer: ByteWriter, fields: readonly Field[], version: number, body: Body): void {
  const tags: { tag: number; data: Buffer }[] = [];
  for (const field of fields) {
    const value = body[field.name];
    if (!includes(field.tagged, version) || value === undefined) continue;
    const data = new ByteWriter();
    writeField(data, field, version, true, value);
    tags.push({ tag: field.tag, data: data.toBuffer() });
  }
  // `_tags: { 1000: Buffer }` adds tags that no version knows.
  for (const [tag, data] of Object.entries((body._tags ?? {}) as Record<string, Buffer>)) {
    tags.push({ tag: Number(tag), data });
  }
  tags.sort((a, b) => a.tag - b.tag);
  writer.uvarint(tags.length);
  for (const { tag, data } of tags) {
    writer.uvarint(tag);
    writer.uvarint(data.length);
    writer.raw(data);
  }
}

function writeField(
  writer: ByteWriter,
  field: Field,
  version: number,
  isMessageFlexible: boolean,
  given: Value | undefined,
): void {
  const isFlexible = field.flexible === undefined ? isMessageFlexible : includes(field.flexible, version);
  const value = given === undefined ? defaultOf(field, version) : given;
  if (field.type.startsWith('[]')) {
    if (value === null) {
      writer.count(-1, isFlexible);
      return;
    }
    const items = value as readonly Value[];
    const element = { ...field, type: field.type.slice(2), nullable: { min: 1, max: 0 } };
    writer.count(items.length, isFlexible);
    for (const item of items) writeScalarOrStruct(writer, element, version, isFlexible, item);
    return;
  }
  writeScalarOrStruct(writer, field, version, isFlexible, value);
}

function writeScalarOrStruct(writer: ByteWriter, field: Field, version: number, isFlexible: boolean, value: Value) {
  switch (field.type) {
    case 'bool':
      return writer.int8(value === true ? 1 : 0);
    case 'int8':
      return writer.int8(Number(value));
    case 'int16':
      return writer.int16(Number(value));
    case 'uint16':
      return writer.uint16(Number(value));
    case 'int32':
      return writer.int32(Number(value));
    case 'uint32':
      return writer.uint32(Number(value));
    case 'int64':
      return writer.int64(BigInt(value as number | bigint | string));
    case 'float64':
      return writer.float64(Number(value));
    case 'uuid':
      return writer.raw(Buffer.from(String(value), 'base64url'));
    case 'string':
      return writer.string(value as string | Buffer | null, isFlexible);
    case 'bytes':
    case 'records':
      return writer.bytes(value as Buffer | null, isFlexible);
    default:
      if (includes(field.nullable, version)) writer.int8(value === null ? -1 : 1);
      if (value !== null) writeStruct(writer, field.fields, version, isFlexible, value as Body);
  }
}

function defaultOf(field: Field, version: number): Value {
  if (field.default === 'null' && includes(field.nullable, version)) return null;
  if (field.type.startsWith('[]')) return [];
  const text = field.default ?? '';
  switch (field.type) {
    case 'bool':
      return text === 'true';
    case 'string':
      return text === 'null' ? '' : text;
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA';
    case 'bytes':
    case 'records':
      return Buffer.alloc(0);
    case 'int64':
      return BigInt(text === '' ? 0 : text);
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'float64':
      return Number(text === '' ? 0 : text);
    default:
      return {};
  }
}
