import type { ServiceContract, Shape, StructureShape } from '../contract.ts';
import { serializationError } from './serialization-error.ts';

/** From what a protocol's parser gives to what an operation takes. Fails with a `SerializationException`. */
export type Read = (value: unknown) => unknown;

/** What protocols write differently. */
export interface Leaves {
  readonly blob: Read;
  readonly timestamp: Read;
}

const INTEGER_MAX = 2 ** 31 - 1;
const LIST_HERE = 'Start of list found where not expected';
const STRUCTURE_HERE = 'Start of structure or map found where not expected.';

/**
 * Readers of a service's shapes, each made when it is first asked for. Members that the model does not know are left
 * out, and nulls count as absent, as the services do it.
 */
export function createReaders({ shapes }: ServiceContract, leaves: Leaves): (shapeName: string) => Read {
  const readers = new Map<string, Read>();
  const readerOf = (name: string): Read => {
    const known = readers.get(name);
    if (known !== undefined) return known;
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
    // A shape may contain itself: its reader is looked up when it is needed.
    readers.set(name, (value) => (readers.get(name) as Read)(value));
    const reader = createReader(shape, readerOf, leaves);
    readers.set(name, reader);
    return reader;
  };
  return readerOf;
}

function createReader(shape: Shape, readerOf: (name: string) => Read, leaves: Leaves): Read {
  switch (shape.type) {
    case 'structure':
      return structureReader(shape, readerOf);
    case 'list':
      return listReader(readerOf(shape.member));
    case 'map':
      return mapReader(readerOf(shape.value));
    case 'string':
      return readString;
    case 'integer':
      return (value) => Math.max(-INTEGER_MAX - 1, Math.min(INTEGER_MAX, readNumber(value, 'Integer')));
    case 'long':
      return (value) => readNumber(value, 'Long');
    case 'boolean':
      return readBoolean;
    case 'blob':
      return leaves.blob;
    case 'timestamp':
      return leaves.timestamp;
  }
}

function structureReader({ members }: StructureShape, readerOf: (name: string) => Read): Read {
  const readers = Object.entries(members).map(([name, shape]) => [name, readerOf(shape)] as const);
  return (value) => {
    if (Array.isArray(value)) throw serializationError(LIST_HERE);
    if (!isRecord(value)) throw serializationError('Expected null');
    const result: Record<string, unknown> = {};
    for (const [name, read] of readers) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member !== undefined && member !== null) result[name] = read(member);
    }
    return result;
  };
}

function listReader(read: Read): Read {
  return (value) => {
    if (Array.isArray(value)) return value.map((item) => (item === null || item === undefined ? null : read(item)));
    throw serializationError(isRecord(value) ? STRUCTURE_HERE : 'Expected list or null');
  };
}

function mapReader(read: Read): Read {
  return (value) => {
    if (Array.isArray(value)) throw serializationError(LIST_HERE);
    if (!isRecord(value)) throw serializationError('Expected map or null');
    // Keys are the client's: `__proto__` is one like any other.
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, item] of Object.entries(value)) result[key] = item === null ? null : read(item);
    return result;
  };
}

function readString(value: unknown): string {
  if (typeof value === 'string') return value;
  throw unexpected(value, 'an String');
}

function readNumber(value: unknown, type: string): number {
  if (typeof value === 'number') return Math.floor(value);
  throw unexpected(value, `an ${type}`);
}

function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw typeof value === 'string'
    ? serializationError(`'${value.toUpperCase()}' can not be converted to an Boolean`)
    : unexpected(value, 'an Boolean');
}

/** What the services, which are written in Java, say of a value of another type. */
export function unexpected(value: unknown, wanted: string): Error {
  if (Array.isArray(value)) return serializationError(LIST_HERE);
  if (typeof value === 'boolean')
    return serializationError(`class java.lang.Boolean can not be converted to ${wanted}`);
  if (typeof value === 'string') return serializationError(`class java.lang.String can not be converted to ${wanted}`);
  if (typeof value === 'number')
    return serializationError(
      `class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to ${wanted}`,
    );
  return serializationError(STRUCTURE_HERE);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
