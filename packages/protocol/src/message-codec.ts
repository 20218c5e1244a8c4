import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** A tagged field (KIP-482) that this version of the message does not know, kept as it came. */
export interface UnknownTaggedField {
  tag: number;
  /** A view of the message's bytes. */
  data: Buffer;
}

export type MessageType =
  | 'request'
  | 'response'
  | 'header'
  | 'data'
  | 'metadata'
  | 'coordinator-key'
  | 'coordinator-value';

/**
 * Encodes and decodes all versions of one message. `Value` is what decoding yields: every field of every version,
 * those that the version lacks at their default. `Input` is what encoding takes: fields with a default may be absent.
 */
export interface MessageCodec<Value, Input> {
  /** Kafka's name for it: `FetchRequest`. */
  readonly name: string;
  readonly type: MessageType;
  /** Of a record's schema it is the record's type. Data that is no message of its own has none. */
  readonly apiKey: number | undefined;
  readonly versionMin: number;
  readonly versionMax: number;
  /** The first version with compact lengths and tagged fields (KIP-482); Infinity when there is none. */
  readonly flexibleFrom: number;
  /**
   * Reads one message and leaves the reader behind it: what is left over is the caller's to judge.
   * `bytes` and `records` are views of the reader's buffer.
   * @throws ProtocolError, UnsupportedVersionError
   */
  decode(reader: Reader, version: number): Value;
  /** `records` go in by reference. @throws UnsupportedVersionError */
  encode(writer: Writer, value: Input, version: number): void;
}

/** A codec whose message is known only at run time. */
export type AnyMessageCodec = MessageCodec<unknown, unknown>;
