import type { ServiceContract, Shape } from '../contract.ts';

/** Writes a value of one shape. */
export type Write<Writer> = (writer: Writer, value: unknown) => void;

/** The writers of a service's shapes, each made once, from what `create` makes of a shape and the writers of its parts. */
export function createShapeWriters<Writer>(
  { shapes }: ServiceContract,
  create: (shape: Shape, writerOf: (name: string) => Write<Writer>) => Write<Writer>,
): (shapeName: string) => Write<Writer> {
  const writers = new Map<string, Write<Writer>>();
  const writerOf = (name: string): Write<Writer> => {
    const known = writers.get(name);
    if (known !== undefined) return known;
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
    // A shape may contain itself: its writer is looked up when it is needed.
    writers.set(name, (writer, value) => writers.get(name)?.(writer, value));
    const write = create(shape, writerOf);
    writers.set(name, write);
    return write;
  };
  return writerOf;
}
