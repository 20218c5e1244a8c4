import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { isCrcValid, NO_PRODUCER_ID, producerId } from '@sluice/protocol/records/batch-header';
import { wrongCrc } from './check-batch.ts';
import { type FileCache, withFile } from './file-cache.ts';
import { parseSegmentFileName, SNAPSHOT_SUFFIX, segmentFileName } from './file-names.ts';
import { segmentIndexOf } from './log-state.ts';
import type { LogConfig } from './partition-log.ts';
import { decodeProducerSnapshot } from './producer-snapshot.ts';
import { isExpired, type ProducerState } from './producer-state.ts';
import { replayBatch } from './scan-segment.ts';
import { logPath, type Segment } from './segment.ts';
import { walkBatches } from './walk-file.ts';

export function snapshotPath(directory: string, offset: Offset): string {
  return `${directory}/${segmentFileName(offset, SNAPSHOT_SUFFIX)}`;
}

/** Offsets of the snapshots in a partition's directory, rising. */
export function snapshotOffsets(names: readonly string[]): Offset[] {
  return names
    .map(parseSegmentFileName)
    .filter((name) => name !== undefined)
    .filter((name) => name.suffix === SNAPSHOT_SUFFIX && name.state === '')
    .map((name) => name.offset)
    .sort((left, right) => left - right);
}

export interface RebuildOptions {
  readonly disk: Disk;
  readonly files: FileCache;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: string;
  readonly segments: readonly Segment[];
  readonly config: LogConfig;
  readonly logStartOffset: Offset;
}

/**
 * Makes `producers` what it was at offset `upTo`: the latest good snapshot at or below it, then the batches behind it. A
 * batch that this takes and that cannot be read is passed over, and makes what is behind it uncertain.
 */
export async function rebuildProducers(producers: ProducerState, upTo: Offset, options: RebuildOptions): Promise<void> {
  const from = await loadSnapshot(producers, upTo, options);
  const { segments, logger } = options;
  for (let index = Math.max(0, segmentIndexOf(segments, from)); index < segments.length; index++) {
    const segment = segments[index];
    if (segment === undefined || from >= upTo || segment.baseOffset >= upTo) break;
    let fault: string | undefined;
    const end = await withFile(options.files, logPath(segment), (file) =>
      walkBatches(file, 0, segment.sizeBytes, (batch, buffer, at) => {
        if (batch.baseOffset >= upTo) return 'stop';
        if (batch.lastOffset < from) return 'next';
        if (producerId(buffer, at) !== NO_PRODUCER_ID && !isCrcValid(buffer, at)) {
          fault ??= wrongCrc(batch);
          producers.uncertainBelow = batch.lastOffset + 1;
        } else replayBatch(producers, buffer, at, batch);
        return 'next';
      }),
    );
    // The rest of the segment is not known either.
    if (end.fault !== undefined) producers.uncertainBelow = Math.min(upTo, segments[index + 1]?.baseOffset ?? upTo);
    fault ??= end.fault;
    if (fault !== undefined)
      logger.error('the producers of a corrupt batch are not known', { path: logPath(segment), fault });
  }
  producers.endOffset = upTo;
}

/** Returns the offset that the loaded state stands for. */
async function loadSnapshot(producers: ProducerState, upTo: Offset, options: RebuildOptions): Promise<Offset> {
  const { disk, directory, clock, config, logger } = options;
  const offsets = snapshotOffsets(await disk.list(directory)).filter((offset) => offset <= upTo);
  for (const offset of offsets.reverse()) {
    const path = snapshotPath(directory, offset);
    const content = await disk.readFile(path);
    const snapshot = content === undefined ? 'missing' : decodeProducerSnapshot(content);
    if (typeof snapshot !== 'string') {
      const nowMs = clock.now();
      const live = snapshot.entries.filter((entry) => !isExpired(entry, nowMs, config.producerIdExpirationMs));
      producers.load(live, offset, snapshot.uncertainBelow);
      if (snapshot.uncertainBelow > options.logStartOffset) {
        const { uncertainBelow } = snapshot;
        logger.warn('transactions that were open at a corrupt batch are not known', { path, uncertainBelow });
      }
      return offset;
    }
    logger.warn('producer snapshot is unusable and removed; the log is replayed instead', { path, fault: snapshot });
    await disk.unlink(path);
  }
  producers.load([], options.logStartOffset);
  return options.logStartOffset;
}
