import type { Flavor } from '@sluice/kernel/ids';

/** Counts every transaction that changed something, over all keys; it only rises. 0 is "before the first". */
export type Revision = Flavor<number, 'Revision'>;
export type LeaseId = Flavor<string, 'LeaseId'>;

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** The revision that made the key; it changes only when the key is deleted and made again. */
  readonly createRevision: Revision;
  /** The revision of its last put. */
  readonly modRevision: Revision;
  /** Puts since it was made, the first included. */
  readonly version: number;
  /** The key vanishes with this lease. */
  readonly lease: LeaseId | undefined;
}

/** All that is named must hold. A missing key has revisions and version 0. */
export interface Compare {
  readonly key: string;
  readonly createRevision?: Revision;
  readonly modRevision?: Revision;
  readonly version?: number;
  readonly value?: string;
}

export type StoreOp =
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly lease?: LeaseId }
  | { readonly kind: 'delete'; readonly key: string }
  /** One operation however many keys go. */
  | { readonly kind: 'delete-prefix'; readonly prefix: string };

export interface Txn {
  readonly compare: readonly Compare[];
  readonly success: readonly StoreOp[];
  readonly failure?: readonly StoreOp[];
}

export interface TxnResult {
  /** Whether all compares held, hence which side was applied. */
  readonly succeeded: boolean;
  /** The store's revision after it: a new one if an operation changed something, else the current one. */
  readonly revision: Revision;
}

export interface RangeResult {
  /** The revision at which all of `kvs` was read: watch from the one after it. */
  readonly revision: Revision;
  /** Ordered by key (UTF-8 bytes). */
  readonly kvs: readonly KeyValue[];
}

export type StoreEvent =
  | { readonly kind: 'put'; readonly kv: KeyValue }
  | { readonly kind: 'delete'; readonly key: string };

/** All events of one revision under the watched prefix, in key order. */
export interface EventBatch {
  readonly kind: 'events';
  readonly revision: Revision;
  readonly events: readonly StoreEvent[];
}

/** Ends a watch. `compacted`: revisions before `oldestRevision` are forgotten; read the range again. */
export type WatchEnd =
  | { readonly kind: 'compacted'; readonly oldestRevision: Revision }
  | { readonly kind: 'failed'; readonly error: StoreError };

export interface Watch {
  /** No call comes after it. */
  cancel(): void;
}

/** What a store takes; a caller with more splits its work. The defaults of etcd are 128 and 1.5 MiB. */
export interface StoreLimits {
  /** Operations of either side of one transaction, compares counted apart. */
  readonly txnOpsMax: number;
  /** Keys and values of one transaction together, UTF-8. */
  readonly txnSizeBytesMax: number;
  readonly keySizeBytesMax: number;
  readonly valueSizeBytesMax: number;
}

export type StoreErrorTag =
  /** It was closed by us. */
  | 'closed'
  /** It cannot be reached or written now; whether a transaction happened is unknown. */
  | 'unavailable'
  /** What it holds cannot be what it wrote. */
  | 'corrupt'
  /** Written by a newer Sluice. */
  | 'newer-version'
  /** Another process has it open. */
  | 'busy'
  | 'read-only'
  | 'no-space'
  /** The lease expired, was revoked or never was. */
  | 'lease-not-found'
  /** One of `StoreLimits`. */
  | 'limit'
  /** The same key twice in one transaction, an empty key: a bug of the caller. */
  | 'invalid';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly tag: StoreErrorTag;
  constructor(tag: StoreErrorTag, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
  }
}

/**
 * Where the cluster's metadata lives, after etcd's model (its v3 API), so that etcd can serve it. A settled `txn` is
 * durable. Rejections are `StoreError`. Keys compare by their UTF-8 bytes.
 */
export interface MetadataStore {
  readonly limits: StoreLimits;
  get(key: string): Promise<{ readonly revision: Revision; readonly kv: KeyValue | undefined }>;
  /** Every key that starts with `prefix`; `''` is all. */
  range(prefix: string): Promise<RangeResult>;
  /** Atomic. Within a side operations apply in order, and no key is touched by two of them. */
  txn(txn: Txn): Promise<TxnResult>;
  /** Keys put under the lease vanish `ttlMs` after the grant or its last `keepAliveLease`, or when it is revoked. */
  grantLease(ttlMs: number): Promise<LeaseId>;
  /** False once the lease is gone: it cannot be brought back. */
  keepAliveLease(lease: LeaseId): Promise<boolean>;
  /** Gone already is fine. */
  revokeLease(lease: LeaseId): Promise<void>;
  /**
   * Calls `onBatch` with every revision ≥ `fromRevision` that touched the prefix: each once, in order, past ones first.
   * `onEnd` at most once, when it cannot go on; never after `cancel`, nor for `close`.
   */
  watch(
    prefix: string,
    fromRevision: Revision,
    onBatch: (batch: EventBatch) => void,
    onEnd: (end: WatchEnd) => void,
  ): Watch;
  close(): Promise<void>;
}
