import type { Offset } from '@sluice/kernel/ids';
import { leaseOf } from '@sluice/kernel/lease';
import type { JournaledBytes } from './journal/journaled-log.ts';
import type { PlacedBatch } from './write-group.ts';

/** Batches that are written and not durable yet, kept in memory so that the journal can take them from there. */
export interface RetainedBatches {
  /** Of those that nobody has taken. */
  readonly sizeBytes: number;
  /** Written behind all that was written before; their memory is released here. */
  keep(group: readonly PlacedBatch[]): void;
  /** Everything below is in the file only: what is kept is of no use. */
  forget(writtenOffset: Offset): void;
  /**
   * All that lies between `durableOffset` and the written end, if it is kept and lies in one segment. Its memory is held
   * until `giveBack`, whatever is forgotten meanwhile.
   */
  take(durableOffset: Offset): JournaledBytes | undefined;
  /** Everything below is durable. */
  release(durableOffset: Offset): void;
  /** What was taken was copied, or is not wanted any more. */
  giveBack(): void;
}

export function createRetainedBatches(writtenOffset: Offset): RetainedBatches {
  let kept: PlacedBatch[] = [];
  let taken: PlacedBatch[] = [];
  /** Where the first kept one begins; without any, where the next one will. */
  let firstOffset = writtenOffset;

  function drop(count: number): void {
    for (const batch of kept.splice(0, count)) {
      releaseMemory(batch);
      self.sizeBytes -= batch.buffer.length;
      firstOffset = batch.nextOffset;
    }
  }

  function release(durableOffset: Offset): void {
    const count = kept.findIndex(({ nextOffset }) => nextOffset > durableOffset);
    drop(count === -1 ? kept.length : count);
  }

  // Without accessors: see docs/decisions/parts-of-a-log.md.
  const self = {
    sizeBytes: 0,
    keep(group: readonly PlacedBatch[]) {
      for (const batch of group) {
        kept.push(batch);
        self.sizeBytes += batch.buffer.length;
      }
    },
    forget(offset: Offset) {
      drop(kept.length);
      firstOffset = offset;
    },
    take(durableOffset: Offset) {
      release(durableOffset);
      const [first] = kept;
      const last = kept.at(-1);
      if (first === undefined || last === undefined || firstOffset > durableOffset) return undefined;
      if (first.segment !== last.segment) return undefined;
      const bytes: JournaledBytes = {
        segmentBaseOffset: first.segment.baseOffset,
        position: first.position,
        baseOffset: firstOffset,
        nextOffset: last.nextOffset,
        buffers: kept.map(({ buffer }) => buffer),
        sizeBytes: self.sizeBytes,
      };
      taken.push(...kept);
      kept = [];
      self.sizeBytes = 0;
      firstOffset = last.nextOffset;
      return bytes;
    },
    release,
    giveBack() {
      const released = taken;
      taken = [];
      for (const batch of released) releaseMemory(batch);
    },
  };
  return self;
}

function releaseMemory({ buffer }: PlacedBatch): void {
  leaseOf(buffer)?.release();
}
