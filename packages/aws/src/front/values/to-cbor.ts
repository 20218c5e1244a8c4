import { type CborWriter, createCborWriter, MAJOR } from '../cbor/cbor-writer.ts';
import type { ServiceContract, Shape } from '../contract.ts';
import { createShapeWriters, type Write } from './shape-writers.ts';

/** RFC 8949, 3.4.2, but in milliseconds, as Kinesis and its SDKs agree. */
const TAG_TIMESTAMP = 1;

/** Writers of a service's shapes. */
export function createCborEncoders(contract: ServiceContract): (shapeName: string) => (value: unknown) => Buffer {
  const writerOf = createShapeWriters(contract, createWrite);
  return (name) => {
    const write = writerOf(name);
    return (value) => {
      const writer = createCborWriter();
      write(writer, value);
      return writer.finish();
    };
  };
}

function createWrite(shape: Shape, writerOf: (name: string) => Write<CborWriter>): Write<CborWriter> {
  switch (shape.type) {
    case 'string':
      return (writer, value) => writer.text(value as string);
    case 'integer':
    case 'long':
      return (writer, value) => writer.number(value as number);
    case 'boolean':
      return (writer, value) => writer.boolean(value as boolean);
    case 'blob':
      return (writer, value) => writer.bytes(value as Buffer);
    case 'timestamp':
      return (writer, value) => {
        writer.head(MAJOR.tag, TAG_TIMESTAMP);
        writer.number(value as number);
      };
    case 'list': {
      const writeItem = writerOf(shape.member);
      return (writer, value) => {
        const items = value as readonly unknown[];
        writer.head(MAJOR.list, items.length);
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
    writer.head(MAJOR.map, entries.length);
    for (const [key, item] of entries) {
      writer.text(key);
      writeValue(writer, item);
    }
  };
}

function structureWrite(members: readonly (readonly [string, Write<CborWriter>])[]): Write<CborWriter> {
  return (writer, value) => {
    const record = value as Readonly<Record<string, unknown>>;
    const present = members.filter(([name]) => record[name] !== undefined && record[name] !== null);
    writer.head(MAJOR.map, present.length);
    for (const [name, writeMember] of present) {
      writer.text(name);
      writeMember(writer, record[name]);
    }
  };
}
