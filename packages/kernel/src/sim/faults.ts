import type { DiskErrorTag } from '../disk.ts';

/** What the disk is asked to do. Those that change it are numbered from 1. */
export interface DiskOperation {
  readonly kind: DiskOperationKind;
  readonly path: string;
  /** Bytes of a write; 0 for others. */
  readonly sizeBytes: number;
  /** How many changes there have been, this one included if it is one. */
  readonly changeCount: number;
}

export type DiskOperationKind = DiskChangeKind | 'open' | 'read' | 'list' | 'stat';
export type DiskChangeKind =
  | 'create'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'make-directory'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'set-modified'
  | 'sync-directory';

export type DiskFault =
  | { readonly kind: 'fail'; readonly tag: DiskErrorTag }
  /** Answers that it is done; a power loss will undo it. Of a sync only: as after a failed one, no later one saves it. */
  | { readonly kind: 'lie' }
  /** Needs the disk to have a clock. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The power goes while the operation is under way: it may have happened, in part or not at all. */
  | { readonly kind: 'crash' };

/** Decides about one operation; `undefined` lets it pass. */
export type FaultRule = (operation: DiskOperation) => DiskFault | undefined;

export function isChange(kind: DiskOperationKind): kind is DiskChangeKind {
  return kind !== 'open' && kind !== 'read' && kind !== 'list' && kind !== 'stat';
}

/** Strikes the `nth` (from 1) operation of a kind, and the `times − 1` after it. */
export function onNth(kind: DiskOperationKind, nth: number, fault: DiskFault, times = 1): FaultRule {
  let seen = 0;
  return (operation) => {
    if (operation.kind !== kind) return undefined;
    seen++;
    return seen >= nth && seen < nth + times ? fault : undefined;
  };
}
