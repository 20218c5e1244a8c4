/** A service's contract as its model tells it: what the generator writes, and what the front works by. */
export interface ServiceContract {
  /** `kinesis`: the service's name in a credential's scope. */
  readonly signingName: string;
  /** What `X-Amz-Target` begins with, without the period. */
  readonly targetPrefix: string;
  readonly apiVersion: string;
  readonly operations: Readonly<Record<string, OperationContract>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** `input` and `output` are names of structures; without an output the answer's body is empty. */
export interface OperationContract {
  readonly input: string;
  readonly output?: string;
  readonly errors: readonly string[];
}

export type Shape = StructureShape | ListShape | MapShape | StringShape | NumberShape | BlobShape | PlainShape;

export interface StructureShape {
  readonly type: 'structure';
  /** Names of shapes, by the members' names, in the model's order. */
  readonly members: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** The HTTP status of an exception. */
  readonly status?: number;
  /** An event stream: its members are events and exceptions, one at a time. */
  readonly eventstream?: true;
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface ListShape extends Bounds {
  readonly type: 'list';
  readonly member: string;
}

export interface MapShape extends Bounds {
  readonly type: 'map';
  readonly key: string;
  readonly value: string;
}

export interface StringShape extends Bounds {
  readonly type: 'string';
  /** Holds for the whole string. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface NumberShape extends Bounds {
  readonly type: 'integer' | 'long';
}

/** Its bounds count bytes. */
export interface BlobShape extends Bounds {
  readonly type: 'blob';
}

export interface PlainShape {
  readonly type: 'boolean' | 'timestamp';
}
