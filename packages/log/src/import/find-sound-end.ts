import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, parseSegmentFileName, segmentFileName } from '../file-names.ts';
import { checkOffsetIndex, createOffsetIndex, OFFSET_INDEX_ENTRY_SIZE_BYTES } from '../offset-index.ts';
import { walkHeaders } from '../walk-file.ts';
import type { SurveyedPartition } from './survey-kafka-directory.ts';

/**
 * Where the log of a partition ends that was stopped cleanly: at its recovery point, if going from header to header
 * leads from the last index entry just there. `undefined` if not; a recovery then has to look.
 */
export async function findSoundEnd(disk: Disk, partition: SurveyedPartition): Promise<Offset | undefined> {
  const { path, files, recoveryPoint } = partition;
  const last = files.filter(({ name }) => name.endsWith(LOG_SUFFIX) && parseSegmentFileName(name)?.state === '').at(-1);
  const baseOffset = last === undefined ? undefined : parseSegmentFileName(last.name)?.offset;
  if (last === undefined || baseOffset === undefined) return undefined;
  if (last.sizeBytes === 0) return baseOffset === recoveryPoint ? recoveryPoint : undefined;
  const content = await disk.readFile(`${path}/${segmentFileName(baseOffset, OFFSET_INDEX_SUFFIX)}`);
  if (content === undefined) return undefined;
  const { entryCount } = checkOffsetIndex(content, last.sizeBytes);
  const index = createOffsetIndex(baseOffset, content.subarray(0, entryCount * OFFSET_INDEX_ENTRY_SIZE_BYTES));
  const file = await disk.open(`${path}/${last.name}`, 'read');
  try {
    let endOffset = -1;
    const end = await walkHeaders(file, index.lastPosition, last.sizeBytes, (batch) => {
      endOffset = batch.lastOffset + 1;
      return 'next';
    });
    return end.fault === undefined && endOffset === recoveryPoint ? recoveryPoint : undefined;
  } finally {
    await file.close();
  }
}
