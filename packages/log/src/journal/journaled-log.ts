import type { Offset } from '@sluice/kernel/ids';

/** A log as the journal sees it. */
export interface JournaledLog {
  /** 16 bytes. */
  readonly topicId: Buffer;
  readonly partition: number;
  /** Everything below is durable in the segments themselves. */
  readonly syncedOffset: Offset;
  /** Makes everything durable in the segments that is written now. */
  syncSegments(): Promise<void>;
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
