import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import { PARTITION_METADATA } from '../file-names.ts';
import type { HostedLog } from '../log-directory.ts';
import { decodePartitionMetadata, encodePartitionMetadata } from '../partition-metadata.ts';
import {
  deletedPartitionName,
  futurePartitionName,
  parseFuturePartitionName,
  parsePartitionName,
  partitionName,
} from '../partition-name.ts';
import type { LogCopy } from './log-copy.ts';

/** A log that is to move to this directory from another one (Kafka's future log). */
export interface IncomingLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  /** Where it is put together. */
  readonly path: string;
  /** Once the move has begun since the start. */
  hosted: HostedLog | undefined;
  copy: LogCopy | undefined;
}

/** The moves to one data directory. Each has a directory on disk from the beginning, so that a restart finds it. */
export interface IncomingLogs {
  readonly size: number;
  get(name: string): IncomingLog | undefined;
  all(): Iterable<IncomingLog>;
  /** Those whose move has begun. */
  logs(): Iterable<HostedLog>;
  /** Looks for what a restart interrupted. */
  find(): Promise<void>;
  /** An empty place for a log; durable when it settles. */
  expect(hosted: HostedLog): Promise<IncomingLog>;
  /** It has taken its place; nothing is to be removed. */
  arrived(name: string): void;
  /** The move is given up, for good when this settles. */
  drop(name: string): Promise<void>;
}

export function createIncomingLogs(options: { disk: Disk; random: Random; path: string }): IncomingLogs {
  const { disk, random, path } = options;
  const incoming = new Map<string, IncomingLog>();
  const uniquePart = () => random.bytes(16).toString('hex');

  async function discard(name: string, directory: string): Promise<void> {
    const deleted = `${path}/${deletedPartitionName(name, uniquePart())}`;
    await disk.rename(directory, deleted);
    await disk.syncDirectory(path);
    await disk.removeTree(deleted);
  }

  async function findOne(directoryName: string): Promise<void> {
    const name = parseFuturePartitionName(directoryName);
    const id = name === undefined ? undefined : parsePartitionName(name);
    if (name === undefined || id === undefined) return;
    const directory = `${path}/${directoryName}`;
    const metadata = await disk.readFile(`${directory}/${PARTITION_METADATA}`);
    // One that nobody was told of yet.
    if (metadata === undefined || incoming.has(name)) return await discard(name, directory);
    const topicId = decodePartitionMetadata(metadata);
    incoming.set(name, { ...id, topicId, path: directory, hosted: undefined, copy: undefined });
  }

  /** What was copied before the restart may be torn anywhere. */
  async function empty(directory: string): Promise<void> {
    for (const name of await disk.list(directory)) {
      if (name !== PARTITION_METADATA) await disk.unlink(`${directory}/${name}`);
    }
  }

  return {
    get size() {
      return incoming.size;
    },
    get: (name) => incoming.get(name),
    all: () => incoming.values(),
    *logs() {
      for (const { hosted } of incoming.values()) if (hosted !== undefined) yield hosted;
    },
    async find() {
      for (const name of await disk.list(path)) await findOne(name);
    },
    async expect(hosted) {
      const { topic, partition, topicId } = hosted;
      const name = partitionName(topic, partition);
      const found = incoming.get(name);
      if (found !== undefined && found.topicId === topicId) {
        await empty(found.path);
        found.hosted = hosted;
        return found;
      }
      if (found !== undefined) await discard(name, found.path);
      const directory = `${path}/${futurePartitionName(name, uniquePart())}`;
      await disk.makeDirectory(directory);
      if (topicId !== undefined) {
        await disk.replaceFile(`${directory}/${PARTITION_METADATA}`, encodePartitionMetadata(topicId));
      }
      await disk.syncDirectory(path);
      const expected: IncomingLog = { topic, partition, topicId, path: directory, hosted, copy: undefined };
      incoming.set(name, expected);
      return expected;
    },
    arrived: (name) => void incoming.delete(name),
    async drop(name) {
      const dropped = incoming.get(name);
      if (dropped === undefined) return;
      incoming.delete(name);
      await discard(name, dropped.path);
    },
  };
}
