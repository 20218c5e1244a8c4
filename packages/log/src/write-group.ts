import type { Offset } from '@sluice/kernel/ids';
import { isMet, type Prerequisite } from './prerequisite.ts';
import type { Segment } from './segment.ts';

/**
 * One `writev`: enough for the disk's full speed. Larger ones gain nothing (0.35 CPU-s per GB either way on ext4) and now
 * and then cost three times that, as if the kernel had to make room for them.
 */
export const WRITE_SIZE_BYTES_MAX = 1024 * 1024;
/** IOV_MAX of Linux. */
export const WRITE_BUFFERS_MAX = 1024;

/** A batch that has its place in a segment. */
export interface PlacedBatch {
  readonly segment: Segment;
  readonly position: number;
  readonly buffer: Buffer;
  readonly nextOffset: Offset;
  /** It must not reach its file before this is durable. */
  readonly after?: Prerequisite | undefined;
}

/** What still keeps a group from its file. */
export function unmetPrerequisites(group: readonly PlacedBatch[]): Prerequisite[] {
  const unmet: Prerequisite[] = [];
  for (const { after } of group) if (after !== undefined && !isMet(after)) unmet.push(after);
  return unmet;
}

/** How many batches at the queue's front one write may take: of one segment, within the limits, at least one. */
export function groupSize(queue: readonly PlacedBatch[]): number {
  const segment = queue[0]?.segment;
  let sizeBytes = 0;
  let count = 0;
  for (const batch of queue) {
    if (batch.segment !== segment || count === WRITE_BUFFERS_MAX) break;
    if (count > 0 && sizeBytes + batch.buffer.length > WRITE_SIZE_BYTES_MAX) break;
    sizeBytes += batch.buffer.length;
    count++;
  }
  return count;
}

/** Batches that lie side by side in memory, as the tail cache keeps small ones, are one buffer of the write. */
export function joinNeighbours(group: readonly PlacedBatch[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const { buffer } of group) {
    const last = joined.at(-1);
    const isNeighbour = last?.buffer === buffer.buffer && last.byteOffset + last.length === buffer.byteOffset;
    if (isNeighbour)
      joined[joined.length - 1] = Buffer.from(buffer.buffer, last.byteOffset, last.length + buffer.length);
    else joined.push(buffer);
  }
  return joined;
}
