import { type Codec, idOfCodec } from '../compression/codec.ts';
import { compress } from '../compression/registry.ts';
import { type BatchError, isBatchError } from './batch-error.ts';
import {
  attributes,
  BATCH_HEADER_SIZE_BYTES,
  BATCH_OVERHEAD_SIZE_BYTES,
  CODEC_MASK,
  patchUnderCrc,
  setBatchLength,
} from './batch-header.ts';
import { behindHeader } from './build-batch.ts';
import { DEFAULT_READ_LIMITS, type ReadLimits, readPayload } from './read-records.ts';

/**
 * The batch at `position` again with its records compressed by `codec`; every other field stays, and no record is
 * parsed. A new buffer, even when the codec is the one that it has.
 */
export function recompress(
  buffer: Buffer,
  position: number,
  codec: Codec,
  level?: number,
  limits: ReadLimits = DEFAULT_READ_LIMITS,
): Buffer | BatchError {
  const payload = readPayload(buffer, position, limits);
  if (isBatchError(payload)) return payload;
  const batch = behindHeader(compress(codec, payload, level));
  buffer.copy(batch, 0, position, position + BATCH_HEADER_SIZE_BYTES);
  setBatchLength(batch, 0, batch.length - BATCH_OVERHEAD_SIZE_BYTES);
  patchUnderCrc(batch, 0, { attributes: (attributes(batch, 0) & ~CODEC_MASK) | idOfCodec(codec) });
  return batch;
}
