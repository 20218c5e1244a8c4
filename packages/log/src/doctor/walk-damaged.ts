import type { DiskFile } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import type { BatchInfo } from '../batch-info.ts';
import { BATCH_SIZE_BYTES_MAX } from '../batch-size-max.ts';
import { claimedEnd, findNextBatch } from '../find-next-batch.ts';
import { walkBatches } from '../walk-file.ts';
import type { OffsetRange } from './finding.ts';

/** Few large reads: a disk gives its bandwidth only to those. */
const CHUNK_SIZE_BYTES = 4 * 1024 * 1024;
const ZERO_CHECK_SIZE_BYTES = 64 * 1024;

/** Bytes of a segment that hold no batch that could be served. */
export interface BadRange {
  readonly position: number;
  readonly end: number;
  /** The first offset that is not readable because of it, */
  readonly fromOffset: Offset;
  /** and the first that is again; undefined: nothing good follows in this file. */
  readonly nextOffset: Offset | undefined;
  readonly reason: string;
  readonly isZeros: boolean;
}

export interface DamagedWalk {
  readonly badRanges: BadRange[];
  /** Offsets that no batch has, though they should be there. */
  readonly gaps: OffsetRange[];
  /** Batches at or behind the next segment's first offset. */
  readonly overlap: OffsetRange | undefined;
  /** Behind the last good batch. */
  readonly nextOffset: Offset;
  readonly goodEnd: number;
  readonly batches: number;
}

export interface DamagedWalkOptions {
  readonly file: DiskFile;
  readonly sizeBytes: number;
  readonly baseOffset: Offset;
  /** Where the next segment begins; Infinity behind the last one. */
  readonly offsetEnd: Offset;
  /** Where the log ends by what is known beside it. */
  readonly endOffset: Offset | undefined;
  /** Gaps below are compaction's: millions of them, which mean nothing. */
  readonly gapsExplainedBelow: Offset;
  onBatch(batch: BatchInfo, buffer: Buffer, at: number): void;
  onBytes(sizeBytes: number): Promise<void> | undefined;
}

/** Goes through a whole segment, over damage too: what lies behind it is found again. */
export async function walkDamaged(options: DamagedWalkOptions): Promise<DamagedWalk> {
  const { file, sizeBytes, baseOffset, offsetEnd } = options;
  const badRanges: BadRange[] = [];
  const gaps: OffsetRange[] = [];
  let overlap: OffsetRange | undefined;
  let nextOffset = baseOffset;
  let goodEnd = 0;
  let batches = 0;
  /** The batch before, if it began further on than expected: it may be the one whose offset is wrong. */
  let suspect: { readonly batch: BatchInfo; readonly expected: Offset } | undefined;
  /** True right behind damage: then offsets are expected to be missing. */
  let isBehindDamage = false;

  function visit(batch: BatchInfo, buffer: Buffer, at: number) {
    if (batch.baseOffset < nextOffset) {
      const isSuspectWrong = suspect !== undefined && batch.baseOffset > suspect.expected + lengthOf(suspect.batch);
      if (suspect === undefined || !isSuspectWrong) {
        return { fault: `it says offset ${batch.baseOffset}, where at least ${nextOffset} must be` };
      }
      if (gaps.at(-1)?.from === suspect.expected) gaps.pop();
      badRanges.push({
        position: suspect.batch.position,
        end: batch.position,
        fromOffset: suspect.expected,
        nextOffset: batch.baseOffset,
        reason: `it says offset ${suspect.batch.baseOffset}, and the batch behind it ${batch.baseOffset}`,
        isZeros: false,
      });
    } else if (batch.baseOffset > nextOffset && batch.lastOffset >= offsetEnd) {
      return { fault: `it says offset ${batch.baseOffset}, but the next segment begins at ${offsetEnd}` };
    }
    if (!isCrcValid(buffer, at)) return { fault: 'its CRC-32C does not match' };
    const isGap = batch.baseOffset > nextOffset;
    if (isGap && !isBehindDamage && nextOffset >= options.gapsExplainedBelow)
      gaps.push({ from: nextOffset, to: batch.baseOffset - 1 });
    suspect = isGap && !isBehindDamage ? { batch, expected: nextOffset } : undefined;
    isBehindDamage = false;
    if (batch.lastOffset >= offsetEnd) {
      overlap = { from: overlap?.from ?? Math.max(offsetEnd, batch.baseOffset), to: batch.lastOffset };
    }
    options.onBatch(batch, buffer, at);
    nextOffset = batch.lastOffset + 1;
    goodEnd = batch.position + batch.sizeBytes;
    batches++;
    return 'next' as const;
  }

  for (let position = 0; position < sizeBytes; ) {
    const walked = await walkBatches(file, position, sizeBytes, visit, {
      chunkSizeBytes: CHUNK_SIZE_BYTES,
      batchSizeBytesMax: BATCH_SIZE_BYTES_MAX,
      betweenChunks: async (bytes) => options.onBytes(bytes),
    });
    if (walked.fault === undefined) break;
    const good = await findNextBatch(file, {
      from: walked.position + 1,
      end: sizeBytes,
      offsetMin: nextOffset,
      offsetEnd,
      hint: await claimedEnd(file, walked.position, sizeBytes),
    });
    const end = good?.position ?? sizeBytes;
    badRanges.push({
      position: walked.position,
      end,
      fromOffset: nextOffset,
      nextOffset: good?.baseOffset,
      reason: walked.fault,
      isZeros: await isZeros(file, walked.position, end),
    });
    await options.onBytes(end - walked.position);
    if (good === undefined) break;
    suspect = undefined;
    isBehindDamage = true;
    position = good.position;
  }
  if (suspect !== undefined && suspect.expected + lengthOf(suspect.batch) + 1 === options.endOffset) {
    if (gaps.at(-1)?.from === suspect.expected) gaps.pop();
    badRanges.push({
      position: suspect.batch.position,
      end: sizeBytes,
      fromOffset: suspect.expected,
      nextOffset: options.endOffset,
      reason: `it says offset ${suspect.batch.baseOffset}, but the log ends at ${options.endOffset}`,
      isZeros: false,
    });
    nextOffset = options.endOffset;
  }
  badRanges.sort((left, right) => left.position - right.position);
  return { badRanges, gaps, overlap, nextOffset, goodEnd, batches };
}

function lengthOf(batch: BatchInfo): number {
  return batch.lastOffset - batch.baseOffset;
}

async function isZeros(file: DiskFile, from: number, end: number): Promise<boolean> {
  const chunk = Buffer.alloc(Math.min(ZERO_CHECK_SIZE_BYTES, end - from));
  for (let position = from; position < end; position += chunk.length) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    for (let at = 0; at < filled; at++) if (chunk[at] !== 0) return false;
  }
  return true;
}
