/** A header's value may be null, its key may not. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** One record as a consumer sees it. `key`, `value` and header values are views of the batch (or of its payload). */
export interface BatchRecord {
  readonly offset: number;
  readonly timestampMs: number;
  /** −1 if the batch has no sequences. */
  readonly sequence: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export const NO_HEADERS: readonly RecordHeader[] = [];

/** length, attributes, timestamp delta, offset delta, key length, value length, header count: a byte each at least. */
export const RECORD_SIZE_BYTES_MIN = 7;
