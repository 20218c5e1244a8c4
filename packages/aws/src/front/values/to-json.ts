import type { ServiceContract, Shape } from '../contract.ts';
import { createJsonWriter, type JsonWriter } from '../json/json-writer.ts';
import { createShapeWriters, type Write } from './shape-writers.ts';

/** The largest answers, GetRecords' with 10 MB in base64. */
const EXPECTED_SIZE_BYTES_MAX = 16 * 1024 * 1024;
const MARGIN = 1.02;

/** Writers of a service's shapes: blobs in base64, timestamps in seconds. */
export function createJsonEncoders(contract: ServiceContract): (shapeName: string) => (value: unknown) => Buffer {
  const writerOf = createShapeWriters(contract, createWrite);
  return (name) => {
    const write = writerOf(name);
    // Answers of one operation are often as large as the last one.
    let expectedSizeBytes = 0;
    return (value) => {
      const writer = createJsonWriter(expectedSizeBytes);
      write(writer, value);
      const written = writer.finish();
      expectedSizeBytes = Math.min(EXPECTED_SIZE_BYTES_MAX, Math.ceil(written.length * MARGIN));
      return written;
    };
  };
}

function createWrite(shape: Shape, writerOf: (name: string) => Write<JsonWriter>): Write<JsonWriter> {
  switch (shape.type) {
    case 'string':
      return (writer, value) => writer.text(value as string);
    case 'integer':
    case 'long':
      return (writer, value) => writer.number(value as number);
    case 'boolean':
      return (writer, value) => writer.raw(value === true ? 'true' : 'false');
    case 'blob':
      return (writer, value) => writer.raw(`"${(value as Buffer).toString('base64')}"`);
    case 'timestamp':
      return (writer, value) => writer.number((value as number) / 1000);
    case 'list':
      return listWrite(writerOf(shape.member));
    case 'map':
      return mapWrite(writerOf(shape.value));
    case 'structure':
      return structureWrite(Object.entries(shape.members).map(([name, member]) => [name, writerOf(member)]));
  }
}

function listWrite(writeItem: Write<JsonWriter>): Write<JsonWriter> {
  return (writer, value) => {
    let separator = '[';
    for (const item of value as readonly unknown[]) {
      writer.raw(separator);
      writeItem(writer, item);
      separator = ',';
    }
    writer.raw(separator === '[' ? '[]' : ']');
  };
}

function mapWrite(writeValue: Write<JsonWriter>): Write<JsonWriter> {
  return (writer, value) => {
    let separator = '{';
    for (const [key, item] of Object.entries(value as object)) {
      writer.raw(separator);
      writer.text(key);
      writer.raw(':');
      writeValue(writer, item);
      separator = ',';
    }
    writer.raw(separator === '{' ? '{}' : '}');
  };
}

/** Members that are not there are left out. */
function structureWrite(members: readonly (readonly [string, Write<JsonWriter>])[]): Write<JsonWriter> {
  const named = members.map(([name, write]) => ({ name, write, first: `{"${name}":`, later: `,"${name}":` }));
  return (writer, value) => {
    const record = value as Readonly<Record<string, unknown>>;
    let isFirst = true;
    for (const { name, write, first, later } of named) {
      const member = record[name];
      if (member === undefined || member === null) continue;
      writer.raw(isFirst ? first : later);
      write(writer, member);
      isFirst = false;
    }
    writer.raw(isFirst ? '{}' : '}');
  };
}
