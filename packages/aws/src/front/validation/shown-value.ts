import type { ServiceContract, Shape } from '../contract.ts';

/** Of a list or map in a message: what is beyond is left out. */
const SHOWN_ITEMS_MAX = 1000;

/** How the services, which are written in Java, print a value that they refuse. */
export function showValue(value: unknown, shape: Shape, contract: ServiceContract): string {
  if (value === null || value === undefined) return 'null';
  return `'${show(value, shape, contract)}'`;
}

function show(value: unknown, shape: Shape, contract: ServiceContract): string {
  switch (shape.type) {
    case 'blob': {
      const { length } = value as Buffer;
      return `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`;
    }
    case 'list': {
      const items = (value as readonly unknown[]).slice(0, SHOWN_ITEMS_MAX);
      return `[${items.map((item) => showItem(item, shape.member, contract)).join(', ')}]`;
    }
    case 'map': {
      const entries = Object.entries(value as object).slice(0, SHOWN_ITEMS_MAX);
      return `{${entries.map(([key, item]) => `${key}=${showItem(item, shape.value, contract)}`).join(', ')}}`;
    }
    default:
      return String(value);
  }
}

function showItem(value: unknown, name: string, contract: ServiceContract): string {
  const shape = contract.shapes[name];
  if (value === null || shape === undefined) return 'null';
  return shape.type === 'structure' ? structureName(name, contract) : show(value, shape, contract);
}

/** Java's default: the class and a hash, which says nothing to anybody. */
function structureName(name: string, { signingName, apiVersion }: ServiceContract): string {
  return `com.amazonaws.${signingName}.v${apiVersion.replaceAll('-', '')}.${name}@0`;
}
