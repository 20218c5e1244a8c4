import {
  type CborWriter,
  createCborWriter,
  finishCbor,
  MAJOR,
  writeBoolean,
  writeBytes,
  writeEncoded,
  writeHead,
  writeNumber,
  writeText,
} from '../cbor/cbor-writer.ts';
import type { ServiceContract, Shape } from '../contract.ts';
import { createEncoders, type Write } from './shape-writers.ts';

/** RFC 8949, 3.4.2, but in milliseconds, as Kinesis and its SDKs agree. */
const TAG_TIMESTAMP = 1;

/** Encoders of a service's shapes. */
export function createCborEncoders(contract: ServiceContract): (shapeName: string) => (value: unknown) => Buffer {
  return createEncoders(contract, { open: createCborWriter, createWrite, finish: finishCbor });
}

function createWrite(shape: Shape, writerOf: (name: string) => Write<CborWriter>): Write<CborWriter> {
  switch (shape.type) {
    case 'string':
      return (writer, value) => writeText(writer, value as string);
    case 'integer':
    case 'long':
      return (writer, value) => writeNumber(writer, value as number);
    case 'boolean':
      return (writer, value) => writeBoolean(writer, value as boolean);
    case 'blob':
      return (writer, value) => writeBytes(writer, value as Buffer);
    case 'timestamp':
      return (writer, value) => {
        writeHead(writer, MAJOR.tag, TAG_TIMESTAMP);
        writeNumber(writer, value as number);
      };
    case 'list': {
      const writeItem = writerOf(shape.member);
      return (writer, value) => {
        const items = value as readonly unknown[];
        writeHead(writer, MAJOR.list, items.length);
        for (const item of items) writeItem(writer, item);
      };
    }
    case 'map':
      return mapWrite(writerOf(shape.value));
    case 'structure':
      return structureWrite(Object.entries(shape.members).map(([name, member]) => [name, writerOf(member)]));
  }
}

function mapWrite(writeValue: Write<CborWriter>): Write<CborWriter> {
  return (writer, value) => {
    const entries = Object.entries(value as object);
    writeHead(writer, MAJOR.map, entries.length);
    for (const [key, item] of entries) {
      writeText(writer, key);
      writeValue(writer, item);
    }
  };
}

/** Members that are not there are left out. */
function structureWrite(members: readonly (readonly [string, Write<CborWriter>])[]): Write<CborWriter> {
  const named = members.map(([name, write]) => ({ name, write, encodedName: encodedText(name) }));
  return (writer, value) => {
    const record = value as Readonly<Record<string, unknown>>;
    let count = 0;
    for (const { name } of named) if (record[name] !== undefined && record[name] !== null) count++;
    writeHead(writer, MAJOR.map, count);
    for (const { name, write, encodedName } of named) {
      const member = record[name];
      if (member === undefined || member === null) continue;
      writeEncoded(writer, encodedName);
      write(writer, member);
    }
  };
}

function encodedText(text: string): Buffer {
  const writer = createCborWriter();
  writeText(writer, text);
  return finishCbor(writer);
}
