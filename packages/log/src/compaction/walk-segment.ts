import type { DiskFile } from '@sluice/kernel/disk';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import type { BatchInfo } from '../batch-info.ts';
import { walkBatches } from '../walk-file.ts';

/** Batches that are looked at in one turn of the event loop. */
export const SLICE_SIZE_BYTES = 256 * 1024;

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
  for (let position = 0; position < sizeBytes; ) {
    let isStopped = false;
    const sliceEnd = position + SLICE_SIZE_BYTES;
    const end = await walkBatches(file, position, sizeBytes, (batch, buffer, at) => {
      if (batch.position >= sliceEnd) return 'stop';
      if (!isCrcValid(buffer, at))
        return { fault: `the CRC-32C of the batch at offset ${batch.baseOffset} does not match` };
      if (visit(batch, buffer, at) === 'next') return 'next';
      isStopped = true;
      return 'stop';
    });
    if (end.fault !== undefined) throw new CompactionError(`${file.path} is corrupt at ${end.position}: ${end.fault}`);
    await betweenSlices(end.position - position);
    if (isStopped) return 'stopped';
    position = end.position;
  }
  return 'end';
}
