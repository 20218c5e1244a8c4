import type { ServiceContract, Shape } from '../contract.ts';

/** From what an operation returns to what `JSON.stringify` takes. */
export type ToJson = (value: unknown) => unknown;

const UNCHANGED: ToJson = (value) => value;

/** Converters of a service's shapes; a shape without blobs and timestamps in it is left as it is. */
export function createJsonConverters({ shapes }: ServiceContract): (shapeName: string) => ToJson {
  const converters = new Map<string, ToJson>();
  const converterOf = (name: string): ToJson => {
    const known = converters.get(name);
    if (known !== undefined) return known;
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the contract has no shape ${name}`);
    converters.set(name, (value) => (converters.get(name) as ToJson)(value));
    const converter = createConverter(shape, converterOf);
    converters.set(name, converter);
    return converter;
  };
  return converterOf;
}

function createConverter(shape: Shape, converterOf: (name: string) => ToJson): ToJson {
  switch (shape.type) {
    case 'blob':
      return (value) => (value as Buffer).toString('base64');
    case 'timestamp':
      return (value) => (value as number) / 1000;
    case 'list': {
      const convert = converterOf(shape.member);
      return convert === UNCHANGED ? UNCHANGED : (value) => (value as readonly unknown[]).map((item) => convert(item));
    }
    case 'map': {
      const convert = converterOf(shape.value);
      if (convert === UNCHANGED) return UNCHANGED;
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]));
    }
    case 'structure': {
      const members = Object.entries(shape.members).map(([name, member]) => [name, converterOf(member)] as const);
      if (members.every(([, convert]) => convert === UNCHANGED)) return UNCHANGED;
      return (value) => {
        const result: Record<string, unknown> = {};
        const record = value as Readonly<Record<string, unknown>>;
        for (const [name, convert] of members) {
          const member = record[name];
          if (member !== undefined && member !== null) result[name] = convert(member);
        }
        return result;
      };
    }
    default:
      return UNCHANGED;
  }
}
