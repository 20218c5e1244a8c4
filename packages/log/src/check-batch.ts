import type { Offset } from '@sluice/kernel/ids';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import type { BatchInfo } from './batch-info.ts';
import type { LeaderEpochs } from './leader-epochs.ts';

/**
 * What is wrong with a whole batch that was read from a file. The base offset and the leader epoch lie outside its CRC:
 * the caller checks the first against its neighbours, and the leader epochs that this log wrote down vouch for the other.
 */
export function checkBatchFromDisk(
  buffer: Buffer,
  at: number,
  batch: BatchInfo,
  epochs: LeaderEpochs,
  isChecked = false,
): string | undefined {
  if (!isChecked && !isCrcValid(buffer, at)) return wrongCrc(batch);
  if (!epochs.isTrusted) return undefined;
  const epoch = batch.leaderEpoch;
  // The log may start within the batch, and its first epoch with it.
  const expected = epochs.epochAt(batch.lastOffset);
  // Below the first known epoch only deleted records are left.
  return epoch === expected || expected === -1
    ? undefined
    : `leader epoch ${epoch} at offset ${batch.baseOffset} instead of ${expected}`;
}

export function wrongCrc({ baseOffset }: { readonly baseOffset: Offset }): string {
  return `the CRC-32C of the batch at offset ${baseOffset} does not match`;
}
