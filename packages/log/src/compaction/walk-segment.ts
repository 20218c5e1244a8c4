import type { DiskFile } from '@sluice/kernel/disk';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import type { BatchInfo } from '../batch-info.ts';
import { wrongCrc } from '../check-batch.ts';
import { walkBatches } from '../walk-file.ts';

/** Batches that are looked at in one turn of the event loop: about a millisecond of small records. */
const SLICE_SIZE_BYTES = 64 * 1024;

export class CompactionError extends Error {
  override readonly name = 'CompactionError';
}

/**
 * Shows every batch of a segment's file to `visit`, a slice in each turn, with `betweenSlices` after each: that is where
 * output is written and others get their turn. A batch that is damaged ends it: nothing corrupt is ever written anew.
 */
export async function walkInSlices(
  file: DiskFile,
  sizeBytes: number,
  visit: (batch: BatchInfo, buffer: Buffer, at: number) => 'next' | 'stop',
  betweenSlices: (readSizeBytes: number) => Promise<void>,
): Promise<'end' | 'stopped'> {
  let isStopped = false;
  const end = await walkBatches(
    file,
    0,
    sizeBytes,
    (batch, buffer, at) => {
      if (!isCrcValid(buffer, at)) return { fault: wrongCrc(batch) };
      isStopped = visit(batch, buffer, at) === 'stop';
      return isStopped ? 'stop' : 'next';
    },
    { chunkSizeBytes: SLICE_SIZE_BYTES, betweenChunks: betweenSlices },
  );
  if (end.fault !== undefined) throw new CompactionError(`${file.path} is corrupt at ${end.position}: ${end.fault}`);
  return isStopped ? 'stopped' : 'end';
}
