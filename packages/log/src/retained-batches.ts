import type { Offset } from '@sluice/kernel/ids';
import { leaseOf } from '@sluice/kernel/lease';
import type { JournaledBytes } from './journal/journaled-log.ts';
import type { PlacedBatch } from './write-group.ts';

/** Batches that are written and not durable yet, kept in memory so that the journal can take them from there. */
export interface RetainedBatches {
  /** Of `keep`'s batches too. */
  readonly sizeBytes: number;
  /** Written behind all that was written before. Their memory is released once they are durable, or forgotten. */
  keep(group: readonly PlacedBatch[]): void;
  /** Everything below is in the file only: what is kept is of no use. */
  forget(writtenOffset: Offset): void;
  /** All that lies between `durableOffset` and the written end, if it is kept and lies in one segment. */
  from(durableOffset: Offset): JournaledBytes | undefined;
  /** Everything below is durable. */
  release(durableOffset: Offset): void;
}

export function createRetainedBatches(writtenOffset: Offset): RetainedBatches {
  const kept: PlacedBatch[] = [];
  let sizeBytes = 0;
  /** Where the first kept one begins; without any, where the next one will. */
  let firstOffset = writtenOffset;

  function drop(count: number): void {
    for (const { buffer, nextOffset } of kept.splice(0, count)) {
      leaseOf(buffer)?.release();
      sizeBytes -= buffer.length;
      firstOffset = nextOffset;
    }
  }

  function release(durableOffset: Offset): void {
    let count = 0;
    while (count < kept.length && (kept[count]?.nextOffset ?? 0) <= durableOffset) count++;
    drop(count);
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    keep(group) {
      for (const batch of group) {
        kept.push(batch);
        sizeBytes += batch.buffer.length;
      }
    },
    forget(offset) {
      drop(kept.length);
      firstOffset = offset;
    },
    from(durableOffset) {
      release(durableOffset);
      const [first] = kept;
      const last = kept.at(-1);
      if (first === undefined || last === undefined || firstOffset > durableOffset) return undefined;
      if (first.segment !== last.segment) return undefined;
      return {
        segmentBaseOffset: first.segment.baseOffset,
        position: first.position,
        baseOffset: firstOffset,
        nextOffset: last.nextOffset,
        buffers: kept.map(({ buffer }) => buffer),
        sizeBytes,
      };
    },
    release,
  };
}
