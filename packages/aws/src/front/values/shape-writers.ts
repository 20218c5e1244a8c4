import type { ServiceContract, Shape } from '../contract.ts';

/** Writes a value of one shape. */
export type Write<Writer> = (writer: Writer, value: unknown) => void;

/** How a protocol writes values. */
export interface Encoding<Writer> {
  open(expectedSizeBytes: number): Writer;
  /** From a shape and the writers of its parts. */
  createWrite(shape: Shape, writerOf: (name: string) => Write<Writer>): Write<Writer>;
  finish(writer: Writer): Buffer;
}

/** The largest answers, GetRecords' with 10 MB in base64. */
const EXPECTED_SIZE_BYTES_MAX = 16 * 1024 * 1024;
const MARGIN = 1.02;

/** Encoders of a service's shapes. */
export function createEncoders<Writer>(
  contract: ServiceContract,
  encoding: Encoding<Writer>,
): (shapeName: string) => (value: unknown) => Buffer {
  const writerOf = createShapeWriters(contract, encoding);
  return (name) => {
    const write = writerOf(name);
    // Answers of one operation are often as large as the last one.
    let expectedSizeBytes = 0;
    return (value) => {
      const writer = encoding.open(expectedSizeBytes);
      write(writer, value);
      const written = encoding.finish(writer);
      expectedSizeBytes = Math.min(EXPECTED_SIZE_BYTES_MAX, Math.ceil(written.length * MARGIN));
      return written;
    };
  };
}

/** The writers of a service's shapes, each made once. */
function createShapeWriters<Writer>(
  { shapes }: ServiceContract,
  { createWrite }: Encoding<Writer>,
): (shapeName: string) => Write<Writer> {
  const writers = new Map<string, Write<Writer>>();
  const writerOf = (name: string): Write<Writer> => {
    const known = writers.get(name);
    if (known !== undefined) return known;
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
    // A shape may contain itself: its writer is looked up when it is needed.
    writers.set(name, (writer, value) => writers.get(name)?.(writer, value));
    const write = createWrite(shape, writerOf);
    writers.set(name, write);
    return write;
  };
  return writerOf;
}
