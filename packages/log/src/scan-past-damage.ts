import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { readBatchInfo } from './batch-info.ts';
import { claimedEnd, findNextBatch } from './find-next-batch.ts';
import { type ScanEnd, type ScanOptions, scanSegment } from './scan-segment.ts';
import { logPath } from './segment.ts';

export interface ScanPastDamageOptions extends ScanOptions {
  /** All below it was whole and durable once: what is no batch there was damaged since, and no write that a crash tore. */
  readonly recoveryPoint: Offset;
  readonly logger: Logger;
}

/**
 * As `scanSegment`, but goes on behind damage below the recovery point: the records behind it were acknowledged, and their
 * offsets are not to be given out again. The damage is told now and to whoever reads it, as that of a sealed segment.
 */
export async function scanPastDamage(options: ScanPastDamageOptions): Promise<ScanEnd> {
  const { segment, producers, recoveryPoint, logger } = options;
  let end = await scanSegment(options);
  while (end.fault !== undefined && end.nextOffset < recoveryPoint) {
    const next = (await soundBehind(end, options)) ?? (await endOfLastBatch(end, options));
    if (next === undefined) return end;
    logger.error('segment is corrupt', {
      path: logPath(segment),
      position: end.position,
      fault: end.fault,
      fromOffset: end.nextOffset,
      readableFrom: next.offset,
    });
    segment.fault ??= end.fault;
    producers.uncertainBelow = next.offset;
    segment.sizeBytes = next.position;
    // No way leads through the damage, so that what is behind it needs an index entry of its own.
    segment.bytesSinceIndexEntry = options.config.indexIntervalBytes + 1;
    end = await scanSegment({ ...options, nextOffset: next.offset });
  }
  return end;
}

interface Place {
  readonly offset: Offset;
  readonly position: number;
}

/** What begins behind the recovery point is not known to have been whole, so a hole up to there is none to keep. */
async function soundBehind(end: ScanEnd, options: ScanPastDamageOptions): Promise<Place | undefined> {
  const good = await findNextBatch(options.file, {
    from: end.position + 1,
    end: options.fileSizeBytes,
    offsetMin: end.nextOffset,
    offsetEnd: options.endOffset,
    hint: await claimedEnd(options.file, end.position, options.fileSizeBytes),
  });
  if (good === undefined || good.baseOffset > options.recoveryPoint) return undefined;
  return { offset: good.baseOffset, position: good.position };
}

/** Of a damaged batch that is the file's last and, by its own header, the one that belongs there. */
async function endOfLastBatch(end: ScanEnd, options: ScanPastDamageOptions): Promise<Place | undefined> {
  const header = Buffer.alloc(BATCH_HEADER_SIZE_BYTES);
  await options.file.read(header, end.position);
  const batch = readBatchInfo(header, 0, end.position);
  if (typeof batch === 'string' || batch.position + batch.sizeBytes !== options.fileSizeBytes) return undefined;
  if (batch.baseOffset !== end.nextOffset || batch.lastOffset >= options.recoveryPoint) return undefined;
  return { offset: batch.lastOffset + 1, position: options.fileSizeBytes };
}
