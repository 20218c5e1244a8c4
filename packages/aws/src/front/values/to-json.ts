import type { ServiceContract, Shape } from '../contract.ts';
import {
  createJsonWriter,
  finishJson,
  type JsonWriter,
  writeBlob,
  writeNumber,
  writeRaw,
  writeText,
} from '../json/json-writer.ts';
import { createEncoders, type Write } from './shape-writers.ts';

/** Encoders of a service's shapes: blobs in base64, timestamps in seconds. */
export function createJsonEncoders(contract: ServiceContract): (shapeName: string) => (value: unknown) => Buffer {
  return createEncoders(contract, { open: createJsonWriter, createWrite, finish: finishJson });
}

function createWrite(shape: Shape, writerOf: (name: string) => Write<JsonWriter>): Write<JsonWriter> {
  switch (shape.type) {
    case 'string':
      return (writer, value) => writeText(writer, value as string);
    case 'integer':
    case 'long':
      return (writer, value) => writeNumber(writer, value as number);
    case 'boolean':
      return (writer, value) => writeRaw(writer, value === true ? 'true' : 'false');
    case 'blob':
      return (writer, value) => writeBlob(writer, value as Buffer);
    case 'timestamp':
      return (writer, value) => writeNumber(writer, (value as number) / 1000);
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
      writeRaw(writer, separator);
      writeItem(writer, item);
      separator = ',';
    }
    writeRaw(writer, separator === '[' ? '[]' : ']');
  };
}

function mapWrite(writeValue: Write<JsonWriter>): Write<JsonWriter> {
  return (writer, value) => {
    let separator = '{';
    for (const [key, item] of Object.entries(value as object)) {
      writeRaw(writer, separator);
      writeText(writer, key);
      writeRaw(writer, ':');
      writeValue(writer, item);
      separator = ',';
    }
    writeRaw(writer, separator === '{' ? '{}' : '}');
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
      writeRaw(writer, isFirst ? first : later);
      write(writer, member);
      isFirst = false;
    }
    writeRaw(writer, isFirst ? '{}' : '}');
  };
}
