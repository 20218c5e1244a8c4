import type { TimestampMs } from '@sluice/kernel/ids';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  attributes,
  codec,
  patchUnderCrc,
  stampLogAppendTime,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { recompress } from '@sluice/protocol/records/recompress';
import type { LogConfig } from './partition-log.ts';
import { type Refusal, refuse } from './refusal.ts';

const TIMESTAMP_TYPE_BIT = 0x08;

/** What the topic's configuration changes in a valid batch: its codec, its timestamp type. In place where it can be. */
export function transformBatch(batch: Buffer, config: LogConfig, nowMs: TimestampMs): Buffer | Refusal {
  let result = batch;
  const target = targetCodec(config);
  if (target !== undefined && codec(batch, 0) !== target) {
    const recompressed = recompress(batch, 0, target, levelOf(target, config));
    if (isBatchError(recompressed)) return refuse(ErrorCode.INVALID_RECORD, recompressed.message);
    result = recompressed;
  }
  if (config.timestampType === 'LogAppendTime') stampLogAppendTime(result, 0, nowMs);
  else if (timestampType(result, 0) === 'LogAppendTime') {
    patchUnderCrc(result, 0, { attributes: attributes(result, 0) & ~TIMESTAMP_TYPE_BIT });
  }
  return result;
}

/** `undefined`: whatever the producer chose. */
function targetCodec(config: LogConfig): Codec | undefined {
  if (config.compressionType === 'producer') return undefined;
  return config.compressionType === 'uncompressed' ? 'none' : config.compressionType;
}

function levelOf(target: Codec, config: LogConfig): number | undefined {
  switch (target) {
    case 'gzip':
      return config.compressionGzipLevel;
    case 'lz4':
      return config.compressionLz4Level;
    case 'zstd':
      return config.compressionZstdLevel;
    default:
      return undefined;
  }
}
