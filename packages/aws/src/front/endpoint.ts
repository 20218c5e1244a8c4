import type { ServiceContract, StructureShape } from './contract.ts';
import type { EventEncoding } from './event-stream/encode-events.ts';
import type { Operation } from './operation.ts';
import type { Protocol } from './protocols/protocol.ts';
import type { Service } from './service.ts';
import { createValidators } from './validation/validate.ts';

/** A service in one protocol. */
export interface Endpoint {
  readonly contract: ServiceContract;
  /** `undefined` for what the service does not have. */
  operation(name: string): OperationEndpoint | undefined;
}

/** An operation in one protocol, with all that belongs to its shapes. */
export interface OperationEndpoint {
  read(parsed: unknown): unknown;
  /** Fails with a `ValidationException`. */
  validate(input: unknown): void;
  readonly run: Operation<unknown, unknown>;
  write(output: unknown): Buffer;
  /** The service's own fault, by the name that its model has for it. */
  readonly faultType: string;
  /** Where the output has an event stream. */
  readonly events?: OutputEvents;
}

export interface OutputEvents {
  of(output: unknown): AsyncIterable<Readonly<Record<string, unknown>>>;
  readonly encoding: Omit<EventEncoding, 'explain'>;
}

const EMPTY = Buffer.alloc(0);
/** What an operation's model may have, and what is common to all. */
const FAULT_TYPE = 'InternalFailureException';
const COMMON_FAULT_TYPE = 'InternalFailure';

/** What belongs to an operation is made when it is first asked for. */
export function createEndpoint({ contract, operations }: Service, protocol: Protocol): Endpoint {
  const codec = protocol.codec(contract);
  const validators = createValidators(contract);
  const endpoints = new Map<string, OperationEndpoint>();
  const create = (name: string): OperationEndpoint | undefined => {
    if (!Object.hasOwn(contract.operations, name)) return undefined;
    const described = contract.operations[name];
    const run = operations[name] as Operation<unknown, unknown> | undefined;
    if (described === undefined || run === undefined) return undefined;
    const { input, output, errors } = described;
    const stream = output === undefined ? undefined : streamOf(output, contract);
    return {
      read: codec.read(input),
      validate: validators(input),
      run,
      write: output === undefined ? () => EMPTY : codec.write(output),
      faultType: errors.includes(FAULT_TYPE) ? FAULT_TYPE : COMMON_FAULT_TYPE,
      ...(stream === undefined
        ? {}
        : {
            events: {
              of: (value) => (value as Record<string, never>)[stream.member] as never,
              encoding: { protocol, codec, stream: stream.shape },
            },
          }),
    };
  };
  return {
    contract,
    operation(name) {
      const known = endpoints.get(name);
      if (known !== undefined) return known;
      const made = create(name);
      if (made !== undefined) endpoints.set(name, made);
      return made;
    },
  };
}

function streamOf(output: string, { shapes }: ServiceContract): { member: string; shape: StructureShape } | undefined {
  const structure = shapes[output];
  if (structure?.type !== 'structure') return undefined;
  for (const [member, name] of Object.entries(structure.members)) {
    const shape = shapes[name];
    if (shape?.type === 'structure' && shape.eventstream === true) return { member, shape };
  }
  return undefined;
}
