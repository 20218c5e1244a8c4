/** One transaction as its producer saw it. */
export interface Attempt {
  /** Nobody else's: the producer, and its number. */
  readonly id: string;
  readonly partitions: readonly number[];
  /** `unknown`: the end was not answered, or may have been another's. */
  outcome: 'open' | 'committed' | 'aborted' | 'unknown';
}

/** What a record says: its transaction, and how many records that has. */
export interface TransactionRecord {
  readonly attemptId: string;
  readonly index: number;
}

export interface Watermarks {
  readonly partition: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

export interface TransactionHistory {
  readonly attempts: Attempt[];
  /** By partition, in their order: what a reader of committed records sees at the end. */
  committed: (readonly TransactionRecord[])[];
  /** Of one life of the broker each. */
  readonly watermarks: Watermarks[][];
  /** What the copying program read, and what it wrote, as a reader of committed records sees it. */
  copied: { readonly input: readonly string[]; readonly output: readonly string[] } | undefined;
  /** What should not happen whatever the broker does. */
  readonly odd: string[];
}

export function newHistory(): TransactionHistory {
  return { attempts: [], committed: [], watermarks: [], copied: undefined, odd: [] };
}

export function encodeRecord({ attemptId, index }: TransactionRecord): string {
  return `${attemptId}#${index}`;
}

export function decodeRecord(text: string): TransactionRecord {
  const at = text.lastIndexOf('#');
  return { attemptId: text.slice(0, at), index: Number(text.slice(at + 1)) };
}
