import type { DiskOperation, FaultRule } from '@sluice/kernel/sim/faults';

/** What a broken build, or a broken promise of the disk, does differently. */
export interface Breakage {
  /** See `openPartitionLog`. */
  readonly acknowledgesBeforeSync?: boolean;
  /** From the first start on. */
  readonly rule?: FaultRule;
  /** The next start finds no metadata. */
  readonly forgetsMetadata?: boolean;
  /** The next start finds no checkpoint of log starts. One that is there and unreadable is made up for by the epochs. */
  readonly forgetsLogStarts?: boolean;
  /** Damage is given a right checksum: as if nobody looked at checksums. */
  readonly forgesChecksums?: boolean;
  /** What is found wrong is not logged. */
  readonly isSilent?: boolean;
  /** A sync that fails is answered as if it had not. */
  readonly ignoresFailedSyncs?: boolean;
  /** No limit of syncs at once. */
  readonly hasNoSyncLimit?: boolean;
  /** A full disk never has space again. */
  readonly staysFull?: boolean;
}

export interface DiskCanary {
  readonly name: string;
  /** The row of faults that is run. */
  readonly fault: string;
  /** The invariant that must turn red. */
  readonly row: string;
  readonly breakage: Breakage;
  /** More than a quick look takes, where few of its cycles show it. */
  readonly cycles?: number;
}

const isSyncOf = (pattern: RegExp) => (operation: DiskOperation) =>
  operation.kind === 'sync' && pattern.test(operation.path) ? ({ kind: 'lie' } as const) : undefined;

export const DISK_CANARIES: readonly DiskCanary[] = [
  { name: 'acks-before-sync', fault: 'F2', row: 'I1', breakage: { acknowledgesBeforeSync: true } },
  { name: 'lying-syncs', fault: 'F2', row: 'I1', breakage: { rule: isSyncOf(/\/kept-0\/.*\.log$/) } },
  { name: 'commits-in-memory', fault: 'F2', row: 'I11', breakage: { rule: isSyncOf(/__consumer_offsets/) } },
  { name: 'unsynced-compaction', fault: 'F2', row: 'I15', breakage: { rule: isSyncOf(/\/table-0\//) } },
  { name: 'log-starts-in-memory', fault: 'F2', row: 'I16', breakage: { forgetsLogStarts: true } },
  { name: 'metadata-in-memory', fault: 'F2', row: 'I19', breakage: { forgetsMetadata: true } },
  {
    name: 'endless-recovery',
    fault: 'F2',
    row: 'I20',
    breakage: { rule: ({ kind }) => (kind === 'read' ? { kind: 'delay', delayMs: 5_000 } : undefined) },
  },
  { name: 'ignores-failed-syncs', fault: 'F5', row: 'I1', breakage: { ignoresFailedSyncs: true }, cycles: 80 },
  { name: 'forged-checksums', fault: 'F6', row: 'I21', breakage: { forgesChecksums: true } },
  { name: 'says-nothing', fault: 'F6', row: 'I21', breakage: { isSilent: true } },
  { name: 'stays-full', fault: 'F7', row: 'F7', breakage: { staysFull: true } },
  { name: 'no-sync-limit', fault: 'F8', row: 'F8', breakage: { hasNoSyncLimit: true } },
];
