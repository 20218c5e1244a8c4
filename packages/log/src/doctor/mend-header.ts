import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import { putInt64 } from '@sluice/protocol/int64';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_OVERHEAD_SIZE_BYTES,
  CURRENT_MAGIC,
  HEADER_UP_TO_MAGIC_SIZE_BYTES,
  isCrcValid,
  lastOffsetDelta,
} from '@sluice/protocol/records/batch-header';

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;

export interface MendOptions {
  /** From the damaged header to the next good batch, or to the end. */
  readonly bytes: Buffer;
  readonly baseOffset: Offset;
  /** Where the next batch begins. */
  readonly nextOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
}

/**
 * A batch's CRC covers neither its base offset, its length, its leader epoch nor its magic. If the CRC is right once they
 * are what the batches around it demand, then only they were damaged: these are the 17 bytes as they were.
 */
export function mendHeader(options: MendOptions): Buffer | undefined {
  const { bytes } = options;
  if (bytes.length < BATCH_HEADER_SIZE_BYTES) return undefined;
  const mended = Buffer.from(bytes);
  putInt64(mended, 0, options.baseOffset);
  mended.writeInt32BE(bytes.length - BATCH_OVERHEAD_SIZE_BYTES, LENGTH_AT);
  mended.writeInt32BE(options.leaderEpoch, LEADER_EPOCH_AT);
  mended.writeInt8(CURRENT_MAGIC, MAGIC_AT);
  if (!isCrcValid(mended, 0)) return undefined;
  if (options.baseOffset + lastOffsetDelta(mended, 0) + 1 !== options.nextOffset) return undefined;
  return mended.subarray(0, HEADER_UP_TO_MAGIC_SIZE_BYTES);
}
