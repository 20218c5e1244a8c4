import type { Shape } from '../../front/contract.ts';
import { KINESIS_CONTRACT } from '../generated/contract.ts';

const ACCOUNT = '123456789012';
/** What matches the patterns of the model; other strings are letters. */
const MATCHING: Readonly<Record<string, string>> = {
  ChannelARN: `arn:aws:kinesis:eu-central-1:${ACCOUNT}:channel/c`,
  ConsumerARN: `arn:aws:kinesis:eu-central-1:${ACCOUNT}:stream/s/consumer/c:1`,
  HashKey: '1',
  RoleARN: `arn:aws:iam::${ACCOUNT}:role/r`,
  QueueARN: `arn:aws:kinesis:eu-central-1:${ACCOUNT}:queue/q`,
  ResourceARN: `arn:aws:kinesis:eu-central-1:${ACCOUNT}:stream/s`,
  StreamARN: `arn:aws:kinesis:eu-central-1:${ACCOUNT}:stream/s`,
};

/** An input that the model allows, of an operation: what is required, as small as it may be. */
export function validInputOf(operation: string): unknown {
  const described = KINESIS_CONTRACT.operations[operation];
  if (described === undefined) throw new Error(`the model has no ${operation}`);
  return validValueOf(described.input);
}

function validValueOf(name: string): unknown {
  const shape = KINESIS_CONTRACT.shapes[name];
  if (shape === undefined) throw new Error(`the model has no ${name}`);
  return validValue(name, shape);
}

function validValue(name: string, shape: Shape): unknown {
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries((shape.required ?? []).map((each) => [each, validValueOf(shape.members[each] ?? '')]));
    case 'list':
      return Array.from({ length: shape.min ?? 0 }, () => validValueOf(shape.member));
    case 'map':
      return Object.fromEntries(Array.from({ length: shape.min ?? 0 }, () => ['k', validValueOf(shape.value)]));
    case 'string':
      return MATCHING[name] ?? shape.enum?.[0] ?? 'a'.repeat(Math.max(shape.min ?? 1, 1));
    case 'integer':
    case 'long':
      return shape.min ?? 0;
    case 'blob':
      return Buffer.alloc(shape.min ?? 0);
    case 'boolean':
      return false;
    case 'timestamp':
      return 0;
  }
}
