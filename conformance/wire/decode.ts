import { ByteReader } from './byte-reader.ts';
import { describeRecords } from './describe-records.ts';
import { type Field, includes, type Message } from './schema.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Decodes an answer's body to plain JSON. Bytes left over and unknown tags show up as fields of their own. */
export function decodeBody(message: Message, version: number, reader: ByteReader): JsonObject {
  const body = readStruct(reader, message.fields, version, includes(message.flexible, version));
  if (reader.left > 0) body._bytesLeftOver = reader.left;
  return body;
}

function readStruct(reader: ByteReader, fields: readonly Field[], version: number, isFlexible: boolean): JsonObject {
  const struct: JsonObject = {};
  const present = fields.filter((field) => includes(field.versions, version));
  for (const field of present) {
    if (!includes(field.tagged, version)) struct[field.name] = readField(reader, field, version, isFlexible);
  }
  if (isFlexible) readTags(reader, present, version, struct);
  return struct;
}

function readTags(reader: ByteReader, fields: readonly Field[], version: number, struct: JsonObject): void {
  const count = reader.uvarint();
  for (let index = 0; index < count; index++) {
    const tag = reader.uvarint();
    const data = new ByteReader(reader.take(reader.uvarint()));
    const field = fields.find((candidate) => includes(candidate.tagged, version) && candidate.tag === tag);
    if (field === undefined) struct[`_tag${tag}`] = data.buffer.toString('hex');
    else struct[field.name] = readField(data, field, version, true);
  }
}

function readField(reader: ByteReader, field: Field, version: number, isMessageFlexible: boolean): Json {
  const isFlexible = field.flexible === undefined ? isMessageFlexible : includes(field.flexible, version);
  if (!field.type.startsWith('[]')) return readScalarOrStruct(reader, field, version, isFlexible);
  const count = reader.count(isFlexible);
  if (count < 0) return null;
  const element = { ...field, type: field.type.slice(2), nullable: { min: 1, max: 0 } };
  const items: Json[] = [];
  for (let index = 0; index < count; index++) items.push(readScalarOrStruct(reader, element, version, isFlexible));
  return items;
}

function readScalarOrStruct(reader: ByteReader, field: Field, version: number, isFlexible: boolean): Json {
  switch (field.type) {
    case 'bool':
      return reader.int8() !== 0;
    case 'int8':
      return reader.int8();
    case 'int16':
      return reader.int16();
    case 'uint16':
      return reader.uint16();
    case 'int32':
      return reader.int32();
    case 'uint32':
      return reader.uint32();
    case 'int64':
      return reader.int64();
    case 'float64':
      return reader.float64();
    case 'uuid':
      return reader.take(16).toString('base64url');
    case 'string':
      return reader.string(isFlexible);
    case 'bytes':
      return reader.bytes(isFlexible)?.toString('hex') ?? null;
    case 'records': {
      const records = reader.bytes(isFlexible);
      return records === null ? null : describeRecords(records);
    }
    default:
      if (includes(field.nullable, version) && reader.int8() < 0) return null;
      return readStruct(reader, field.fields, version, isFlexible);
  }
}
