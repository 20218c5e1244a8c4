import type { BatchRecord } from '@sluice/protocol/records/record';
import type { LedgerEntry } from './ledger-record.ts';

/** A record that a client is given, and what the ledger says of it since. */
export interface Received {
  readonly id: string;
  readonly entry: LedgerEntry;
  readonly record: BatchRecord;
}

/** What one answer holds at most, but for a single record that is larger. */
export const RECEIVED_SIZE_BYTES_MAX = 10 * 1024 * 1024;
