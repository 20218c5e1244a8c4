import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import {
  DELETED_SUFFIX,
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  parseSegmentFileName,
  SNAPSHOT_SUFFIX,
  segmentFileName,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
} from '../file-names.ts';
import type { SurveyedFile, SurveyedPartition } from './survey-kafka-directory.ts';

/** What becomes of one of a partition's files. */
export interface PlannedFile {
  readonly name: string;
  /** `link`: written in place by nobody any more, so that both may have it. */
  readonly mode: 'link' | 'copy';
  readonly sizeBytes: number;
  readonly modifiedMs: TimestampMs;
  /** Kafka preallocates those of its active segment: only the front is anything. */
  readonly isIndex: boolean;
}

export interface PlannedPartition {
  readonly files: readonly PlannedFile[];
  /** A new, empty segment behind the linked ones, so that nobody appends to a file that Kafka has too. */
  readonly newSegmentAt: Offset | undefined;
}

const INDEX_SUFFIXES = [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX];
const SEGMENT_SUFFIXES = [LOG_SUFFIX, ...INDEX_SUFFIXES, TXN_INDEX_SUFFIX, SNAPSHOT_SUFFIX];
/** An entry of both indexes for each smallest batch is less than this part of the log. */
const LOG_BYTES_PER_INDEX_BYTE_MIN = 4;

/**
 * Which files come over how. A `.log` file is linked if neither Sluice nor Kafka will change it in place: all of a log
 * whose end is known to be sound, else the segments wholly below the recovery point. What lies above it is what a
 * recovery may cut, so that is copied, and so are all indexes and checkpoints, which are rewritten in place.
 *
 * @param soundEnd the end of a log that was stopped cleanly, found where its recovery point says; `undefined` otherwise
 */
export function planPartition(partition: SurveyedPartition, soundEnd: Offset | undefined): PlannedPartition {
  const logs = partition.files.filter((file) => isLive(file) && file.name.endsWith(LOG_SUFFIX));
  const bases = logs.map((file) => offsetOf(file.name));
  const last = logs.at(-1);
  const isLastLinked =
    soundEnd !== undefined && last !== undefined && last.sizeBytes > 0 && soundEnd > offsetOf(last.name);
  const isLinked = (name: string): boolean => {
    const next = bases[bases.indexOf(offsetOf(name)) + 1];
    return next === undefined ? isLastLinked : next <= (soundEnd ?? partition.recoveryPoint);
  };
  const files: PlannedFile[] = [];
  for (const file of partition.files) {
    if (!isTaken(file.name)) continue;
    const isIndex = INDEX_SUFFIXES.some((suffix) => file.name.endsWith(suffix));
    const logSizeBytes = isIndex ? (logs.find((log) => offsetOf(log.name) === offsetOf(file.name))?.sizeBytes ?? 0) : 0;
    const isLiveLog = isLive(file) && file.name.endsWith(LOG_SUFFIX);
    files.push({
      ...file,
      mode: isLiveLog && isLinked(file.name) ? 'link' : 'copy',
      sizeBytes: isIndex
        ? Math.min(file.sizeBytes, Math.ceil(logSizeBytes / LOG_BYTES_PER_INDEX_BYTE_MIN))
        : file.sizeBytes,
      isIndex,
    });
  }
  return { files, newSegmentAt: isLastLinked ? soundEnd : undefined };
}

/** The name of the file that `newSegmentAt` asks for. */
export function newSegmentName(baseOffset: Offset): string {
  return segmentFileName(baseOffset, LOG_SUFFIX);
}

function isTaken(name: string): boolean {
  if (name === LEADER_EPOCH_CHECKPOINT) return true;
  const parsed = parseSegmentFileName(name);
  if (parsed === undefined || parsed.state === DELETED_SUFFIX) return false;
  // What a crash left of a compaction is sorted out at the first start, which must see all of it.
  return SEGMENT_SUFFIXES.includes(parsed.suffix);
}

function isLive({ name }: SurveyedFile): boolean {
  return parseSegmentFileName(name)?.state === '';
}

function offsetOf(name: string): Offset {
  return parseSegmentFileName(name)?.offset ?? -1;
}
