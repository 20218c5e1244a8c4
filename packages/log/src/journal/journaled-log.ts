import type { Offset } from '@sluice/kernel/ids';
import type { LogFailure } from '../log-state.ts';

/** A log as the journal sees it. */
export interface JournaledLog {
  /** 16 bytes. */
  readonly topicId: Buffer;
  readonly topic: string;
  readonly partition: number;
  /** Everything below is durable in the segments themselves. */
  readonly syncedOffset: Offset;
  /** Makes everything below durable in the segments; it is written, or about to be without waiting for the journal. */
  syncSegments(offset: Offset): Promise<void>;
}

/** Bytes of one segment that are written to its file and not durable yet. */
export interface JournaledBytes {
  readonly segmentBaseOffset: Offset;
  readonly position: number;
  readonly baseOffset: Offset;
  readonly nextOffset: Offset;
  readonly buffers: readonly Buffer[];
  readonly sizeBytes: number;
}

/** What is written is sound; what waited for the other log is cut off, and then the log goes on, as after a full disk. */
export function lacksPrerequisite(reason: string): LogFailure {
  return { reason: `the records that others here depend on were lost: ${reason}`, isDiskFull: true };
}
