import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { crc32c } from '@sluice/protocol/records/crc32c';
import type { KnownLog } from './known-log.ts';
import type { EpochEntry } from './leader-epochs.ts';

/** What a clean stop leaves for the next start, so that it need not look at the files of every partition. */
export const STOP_SUMMARY = 'sluice-logs-at-stop';

const VERSION = 1;

export interface SummedLog {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly known: KnownLog;
}

/** Topic, its id, and the numbers of each of its logs. */
type TopicRow = readonly [topic: string, topicId: Uuid, logs: readonly (readonly number[])[]];

interface Content {
  readonly version: number;
  /** CRC-32C of each of the directory's checkpoints as they were then. */
  readonly checkpoints: readonly number[];
  readonly topics: readonly TopicRow[];
}

/**
 * To be called when the checkpoints are on disk for the last time. They tell later whether somebody else (Kafka, say) has
 * worked in the directory since: whoever did has written them anew, and Kafka's have no checksum.
 */
export async function saveStopSummary(
  disk: Disk,
  path: string,
  checkpoints: readonly string[],
  logs: Iterable<SummedLog>,
): Promise<void> {
  const topics = new Map<string, [string, Uuid, number[][]]>();
  for (const { topic, topicId, partition, known } of logs) {
    const key = `${topic}/${topicId}`;
    const row = topics.get(key) ?? [topic, topicId, []];
    topics.set(key, row);
    row[2].push(encodeLog(partition, known));
  }
  const content: Content = {
    version: VERSION,
    checkpoints: await checksums(disk, path, checkpoints),
    topics: [...topics.values()],
  };
  const text = JSON.stringify(content);
  await disk.replaceFile(`${path}/${STOP_SUMMARY}`, `${checksum(text)}\n${text}\n`);
}

/** `undefined` if there is none, or none that can be trusted: then every partition's files are looked at. */
export async function loadStopSummary(
  disk: Disk,
  path: string,
  checkpoints: readonly string[],
): Promise<SummedLog[] | undefined> {
  const text = (await disk.readFile(`${path}/${STOP_SUMMARY}`))?.toString('utf8') ?? '';
  const end = text.indexOf('\n');
  const body = text.slice(end + 1, -1);
  if (end < 0 || !text.endsWith('\n') || text.slice(0, end) !== checksum(body)) return undefined;
  const content = JSON.parse(body) as Content;
  if (content.version !== VERSION) return undefined;
  const now = await checksums(disk, path, checkpoints);
  if (now.some((crc, index) => crc !== content.checkpoints[index])) return undefined;
  return content.topics.flatMap(([topic, topicId, logs]) => logs.map((row) => decodeLog(topic, topicId, row)));
}

function checksums(disk: Disk, path: string, checkpoints: readonly string[]): Promise<number[]> {
  return Promise.all(
    checkpoints.map(async (name) => crc32c((await disk.readFile(`${path}/${name}`)) ?? Buffer.alloc(0))),
  );
}

function checksum(text: string): string {
  return crc32c(Buffer.from(text)).toString(16).padStart(8, '0');
}

function encodeLog(partition: number, known: KnownLog): number[] {
  return [
    partition,
    known.logStartOffset,
    known.logEndOffset,
    known.firstUnstableOffset,
    known.sizeBytes,
    known.segmentCount,
    known.oldestSizeBytes,
    known.oldestTimestampMs,
    known.producerCount,
    known.cleanedOffset ?? -1,
    ...known.epochs.flatMap(({ epoch, startOffset }) => [epoch, startOffset]),
  ];
}

function decodeLog(topic: string, topicId: Uuid, row: readonly number[]): SummedLog {
  const [
    partition = 0,
    logStartOffset = 0,
    logEndOffset = 0,
    firstUnstableOffset = -1,
    sizeBytes = 0,
    segmentCount = 1,
    oldestSizeBytes = 0,
    oldestTimestampMs = -1,
    producerCount = 0,
    cleanedOffset = -1,
    ...epochNumbers
  ] = row;
  const epochs: EpochEntry[] = [];
  for (let index = 0; index + 1 < epochNumbers.length; index += 2) {
    epochs.push({ epoch: epochNumbers[index] ?? 0, startOffset: epochNumbers[index + 1] ?? 0 });
  }
  return {
    topic,
    topicId,
    partition,
    known: {
      logStartOffset,
      logEndOffset,
      // A stop is clean only with everything behind it.
      recoveryPoint: logEndOffset,
      firstUnstableOffset,
      sizeBytes,
      segmentCount,
      oldestSizeBytes,
      oldestTimestampMs,
      producerCount,
      epochs,
      cleanedOffset: cleanedOffset === -1 ? undefined : cleanedOffset,
    },
  };
}
