import { type Disk, DiskError } from '@sluice/kernel/disk';
import type { LeaderEpoch, Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import { HEADER_UP_TO_MAGIC_SIZE_BYTES, magic } from '@sluice/protocol/records/batch-header';
import { LEADER_EPOCH_CHECKPOINT, LOG_SUFFIX, parseSegmentFileName } from '../file-names.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { decodeLeaderEpochs } from '../leader-epochs.ts';
import { createOffsetCheckpoint } from '../offset-checkpoint.ts';
import { readTopicId } from '../partition-metadata.ts';
import { parsePartitionName } from '../partition-name.ts';

/** Partitions that are looked at at once. */
const CONCURRENCY_MAX = 16;
const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';
/** Kafka's messages before 0.11, which have other headers. */
const OLD_MAGIC_MAX = 1;

export interface SurveyedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: TimestampMs;
}

export interface SurveyedPartition {
  /** Of its directory: `topic-0`. */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** Its directory's path. */
  readonly path: string;
  /** From `partition.metadata`; Kafka before 2.8 wrote none. */
  readonly topicId: Uuid | undefined;
  readonly files: readonly SurveyedFile[];
  /** −1 without a checkpoint that can be read. */
  readonly latestEpoch: LeaderEpoch;
  readonly recoveryPoint: Offset;
  readonly logStartOffset: Offset;
  /** Where a compaction ended; `undefined` if Kafka's cleaner does not know the partition. */
  readonly cleanedOffset: Offset | undefined;
  /** A segment that begins with messages of magic 0 or 1. */
  readonly oldFormatFile: string | undefined;
}

/** What lies in one of Kafka's log directories. */
export interface SurveyedDirectory {
  readonly path: string;
  readonly names: readonly string[];
  /** Kafka was stopped, not killed: the recovery points are the logs' ends. */
  readonly isClean: boolean;
  readonly partitions: readonly SurveyedPartition[];
  /** Directories that Kafka itself has put aside: deleted, on their way to another disk, strays. */
  readonly putAside: readonly string[];
  /** Checkpoint files that cannot be read, by name. */
  readonly damaged: readonly string[];
}

const PUT_ASIDE = /\.[\da-f]{32}-(delete|future|stray)$/;

/** Looks at all of a log directory without reading its records. Changes nothing. */
export async function surveyKafkaDirectory(disk: Disk, path: string): Promise<SurveyedDirectory> {
  const names = await disk.list(path);
  const damaged: string[] = [];
  const checkpoint = async (name: string) => {
    const offsets = await createOffsetCheckpoint(disk, `${path}/${name}`, () => []).load();
    if (offsets === undefined) damaged.push(name);
    return offsets;
  };
  const recoveryPoints = await checkpoint('recovery-point-offset-checkpoint');
  const logStarts = await checkpoint('log-start-offset-checkpoint');
  const cleaned = await checkpoint('cleaner-offset-checkpoint');
  const partitions: SurveyedPartition[] = [];
  await forEachBounded(names, CONCURRENCY_MAX, async (name) => {
    const parsed = parsePartitionName(name);
    if (parsed === undefined || !(await disk.stat(`${path}/${name}`))?.isDirectory) return;
    const surveyed = await surveyPartition(disk, `${path}/${name}`);
    partitions.push({
      ...parsed,
      ...surveyed,
      name,
      recoveryPoint: recoveryPoints?.get(name) ?? 0,
      logStartOffset: logStarts?.get(name) ?? 0,
      cleanedOffset: cleaned?.get(name),
    });
  });
  return {
    path,
    names,
    isClean: recoveryPoints !== undefined && names.includes(CLEAN_SHUTDOWN),
    partitions: partitions.sort((left, right) => compare(left.topic, right.topic) || left.partition - right.partition),
    putAside: names.filter((name) => PUT_ASIDE.test(name)),
    damaged,
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

async function surveyPartition(disk: Disk, path: string) {
  const files: SurveyedFile[] = [];
  let oldFormatFile: string | undefined;
  for (const name of await disk.list(path)) {
    const stat = await disk.stat(`${path}/${name}`);
    if (stat === undefined || stat.isDirectory) continue;
    files.push({ name, sizeBytes: stat.sizeBytes, modifiedMs: stat.modifiedMs });
    const isLog = parseSegmentFileName(name)?.suffix === LOG_SUFFIX;
    if (isLog && (await firstMagic(disk, `${path}/${name}`)) <= OLD_MAGIC_MAX) oldFormatFile ??= name;
  }
  const epochs = await disk.readFile(`${path}/${LEADER_EPOCH_CHECKPOINT}`);
  const decoded = epochs === undefined ? undefined : decodeLeaderEpochs(epochs);
  const entries = decoded === undefined || typeof decoded === 'string' ? [] : decoded.entries;
  return {
    path,
    files,
    topicId: await readTopicId(disk, path),
    latestEpoch: entries.at(-1)?.epoch ?? -1,
    oldFormatFile,
  };
}

/** Infinity for a file that holds no whole header: there is nothing old in it. */
async function firstMagic(disk: Disk, path: string): Promise<number> {
  const header = Buffer.alloc(HEADER_UP_TO_MAGIC_SIZE_BYTES);
  try {
    const file = await disk.open(path, 'read');
    try {
      const filled = await file.read(header, 0);
      return filled < header.length ? Number.POSITIVE_INFINITY : magic(header, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DiskError && error.tag === 'not-found') return Number.POSITIVE_INFINITY;
    throw error;
  }
}
