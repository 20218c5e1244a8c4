/**
 * What is wrong with the bytes of a batch. `old-magic` (0 or 1) is well-formed but no longer spoken; Kafka answers it
 * differently from garbage.
 */
export type BatchErrorTag =
  /** Fewer bytes than the header or the batch announces. */
  | 'truncated'
  /** The announced length cannot hold a batch. */
  | 'too-small'
  | 'old-magic'
  | 'bad-magic'
  | 'bad-crc'
  /** An int64 beyond 2^53−1. */
  | 'unsafe-integer'
  /** Attributes name a codec that does not exist. */
  | 'unknown-codec'
  /** The compressed payload is not what its codec writes. */
  | 'corrupt-compression'
  /** Decompressed size or record count beyond the caller's limit. */
  | 'too-large'
  /** A record's varint, length or bounds are wrong. */
  | 'bad-record'
  /** The header's record count is not the number of records. */
  | 'count-mismatch';

/** A batch that cannot be used, as a value. */
export interface BatchError {
  readonly kind: 'batch-error';
  readonly tag: BatchErrorTag;
  /** Where in the buffer that was given (or in the decompressed payload) it was noticed. */
  readonly position: number;
  readonly message: string;
}

export function batchError(tag: BatchErrorTag, position: number, message: string): BatchError {
  return { kind: 'batch-error', tag, position, message };
}

export function isBatchError(value: unknown): value is BatchError {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'batch-error';
}
