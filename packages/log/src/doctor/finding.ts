import type { Offset, Uuid } from '@sluice/kernel/ids';
import type { FindingCode } from './finding-codes.ts';

/**
 * `damage`: records cannot be read, or are at risk. `fault`: something is wrong that can be made again from what is
 * there. `note`: nothing is wrong; somebody who looks into the directory may wonder.
 */
export type Severity = 'damage' | 'fault' | 'note';

/** Both ends are included. */
export interface OffsetRange {
  readonly from: Offset;
  readonly to: Offset;
}

/** `to` is not included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** One thing that a check noticed. The sentences are for people; `code`, places and numbers are for programs. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `topic-0`; undefined: it concerns the directory as a whole. */
  readonly partition: string | undefined;
  /** Relative to the partition's directory, or to the data directory. */
  readonly file: string | undefined;
  readonly offsets: OffsetRange | undefined;
  readonly bytes: ByteRange | undefined;
  /** What is wrong. */
  readonly what: string;
  /** Which records are at risk, and whether somebody was promised them. */
  readonly means: string;
  /** What the next start does about it by itself, where that does not follow from trying it out. */
  readonly start: string | undefined;
  /** What `--repair` does; undefined: nothing. */
  readonly repair: string | undefined;
  readonly action: RepairAction | undefined;
}

/** Bytes of a `.log` as they should be. */
export interface HeaderPatch {
  readonly position: number;
  readonly bytes: Buffer;
}

/** A change that makes something whole again. Carrying one out twice does no harm. */
export type RepairAction =
  /** Finishes or takes back what a crash left half-done, as a start does. */
  | { readonly kind: 'clear-leftovers' }
  /** Puts what the shared journal has into the logs, as a start does. */
  | { readonly kind: 'restore-journal' }
  | { readonly kind: 'cut-tail'; readonly baseOffset: Offset; readonly position: number }
  /** The first bytes of batches, which no CRC covers; the records behind them are whole. */
  | { readonly kind: 'patch-header'; readonly baseOffset: Offset; readonly patches: readonly HeaderPatch[] }
  | { readonly kind: 'rebuild-indexes'; readonly baseOffset: Offset }
  | { readonly kind: 'rebuild-snapshot'; readonly offset: Offset }
  | { readonly kind: 'rebuild-epochs' }
  | { readonly kind: 'restore-partition-metadata'; readonly topicId: Uuid }
  | { readonly kind: 'set-aside-file' }
  | { readonly kind: 'set-aside-partition' }
  /** Makes one of the directory's checkpoints again from what the partitions hold. */
  | { readonly kind: 'rebuild-checkpoint' }
  /** Only after its owner has agreed to lose these offsets. */
  | {
      readonly kind: 'replace-range';
      readonly baseOffset: Offset;
      readonly position: number;
      readonly end: number;
      readonly offsets: OffsetRange;
    };

export interface FindingDetails {
  readonly partition?: string | undefined;
  readonly file?: string | undefined;
  readonly offsets?: OffsetRange | undefined;
  readonly bytes?: ByteRange | undefined;
  readonly what: string;
  readonly means: string;
  readonly start?: string | undefined;
  readonly repair?: string | undefined;
  readonly action?: RepairAction | undefined;
}
