import type { TimestampMs } from '@sluice/kernel/ids';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { readBatchInfo } from './batch-info.ts';
import { type FileCache, withExistingFile } from './file-cache.ts';
import { logPath, type Segment } from './segment.ts';

/** The largest timestamp of the segment's first batch: from it on Kafka counts `segment.ms` and `max.compaction.lag.ms`. */
export async function firstTimestampOf(segment: Segment, files: FileCache): Promise<TimestampMs | undefined> {
  const header = Buffer.alloc(BATCH_HEADER_SIZE_BYTES);
  await withExistingFile(files, logPath(segment), (file) => file.read(header, 0));
  const first = readBatchInfo(header, 0, 0);
  return typeof first === 'string' ? undefined : first.maxTimestampMs;
}
