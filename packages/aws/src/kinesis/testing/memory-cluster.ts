import { KafkaError } from '@sluice/client/kafka-error';
import { wait } from '@sluice/client/wait';
import type { SimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { BatchRecord } from '@sluice/protocol/records/record';
import {
  EARLIEST_TIMESTAMP,
  type KafkaLog,
  LATEST_TIMESTAMP,
  type LogRecord,
  type TopicInfo,
} from '../../kafka/kafka-log.ts';
import { createMemoryShareGroups } from './memory-share-groups.ts';

interface MemoryPartition {
  readonly records: BatchRecord[];
  logStartOffset: number;
  /** Records below it may be read, and their writers have been or will be told. */
  highWatermark: number;
}

interface MemoryTopic {
  readonly topicId: string;
  readonly settings: Record<string, string>;
  readonly partitions: MemoryPartition[];
}

/** A Kafka cluster as far as doors see one, on virtual time: every step takes a while, of its own each time. */
export interface MemoryCluster {
  /** The cluster as one door sees it. A door whose process dies hears nothing more; what it sent may still arrive. */
  connect(): { readonly log: KafkaLog; kill(): void };
  /** What a partition has, whoever wrote it. */
  records(topic: string, partition: number): readonly BatchRecord[];
  partitionCount(topic: string): number;
  settings(topic: string): Readonly<Record<string, string>>;
  /** The share groups that there are. */
  groups(): readonly string[];
  makeTopic(topic: string, partitionCount: number): void;
  dropTopic(topic: string): void;
  write(topic: string, partition: number, record: LogRecord): void;
  trim(topic: string, partition: number, logStartOffset: number): void;
  /** Keeps the last record of each key of a partition, as compaction would of all that is closed. */
  compact(topic: string, partition: number): void;
}

export interface MemoryClusterOptions {
  readonly clock: SimClock;
  /** A whole number below the bound. */
  below(bound: number): number;
  /** How long a step takes at most. */
  delayMsMax?: number;
}

export function createMemoryCluster({ clock, below, delayMsMax = 10 }: MemoryClusterOptions): MemoryCluster {
  const topics = new Map<string, MemoryTopic>();
  const shareGroups = createMemoryShareGroups(clock, (name) => topics.get(name));
  let topicCount = 0;

  const partitionOf = (topic: string, partition: number): MemoryPartition => {
    const found = topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `${topic}-${partition}`);
    return found;
  };
  const newPartition = (): MemoryPartition => ({ records: [], logStartOffset: 0, highWatermark: 0 });
  const endOf = ({ records, logStartOffset }: MemoryPartition) => (records.at(-1)?.offset ?? logStartOffset - 1) + 1;

  function make(name: string, partitionCount: number, settings: Record<string, string>): void {
    const partitions = Array.from({ length: partitionCount }, newPartition);
    topics.set(name, { topicId: `topic-${topicCount++}`, settings, partitions });
  }

  function push(partition: MemoryPartition, { key, value, headers = [] }: LogRecord): number {
    const offset = Math.max(endOf(partition), partition.highWatermark);
    partition.records.push({
      offset,
      timestampMs: clock.now(),
      sequence: -1,
      key: bytesOf(key),
      value: bytesOf(value),
      headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value) })),
    });
    return offset;
  }

  const infoOf = (name: string, { topicId, partitions }: MemoryTopic): TopicInfo => ({
    name,
    topicId,
    partitionCount: partitions.length,
    isInternal: false,
  });

  function connect() {
    let isDead = false;
    const lanes = new Map<string, Promise<unknown>>();
    const step = async () => {
      await wait(clock, below(delayMsMax * 1000) / 1000);
      // A dead process learns nothing: its promises stay as they are.
      if (isDead) await new Promise(() => {});
    };
    /** There, what it does, and back. */
    async function ask<Result>(act: () => Result): Promise<Result> {
      await step();
      const result = act();
      await step();
      return result;
    }

    async function appendInOrder(topic: string, partition: number, records: readonly LogRecord[]): Promise<number> {
      // What was sent arrives, whatever becomes of the sender.
      await wait(clock, below(delayMsMax * 1000) / 1000);
      const log = partitionOf(topic, partition);
      const [base = 0] = records.map((record) => push(log, record));
      const end = base + records.length;
      await wait(clock, below(delayMsMax * 1000) / 1000);
      log.highWatermark = Math.max(log.highWatermark, end);
      await step();
      return base;
    }

    const log: KafkaLog = {
      topics: () => ask(() => [...topics].map(([name, topic]) => infoOf(name, topic))),
      topic: (name) =>
        ask(() => {
          const topic = topics.get(name);
          return topic === undefined ? undefined : infoOf(name, topic);
        }),
      createTopic: (name, { partitionCount, settings, validateOnly }) =>
        ask(() => {
          if (topics.has(name)) return 'exists';
          if (!validateOnly) make(name, partitionCount, { ...settings });
          return 'created';
        }),
      growTopic: (name, partitionCount) =>
        ask(() => {
          partitionOf(name, 0);
          const partitions = topics.get(name)?.partitions ?? [];
          while (partitions.length < partitionCount) partitions.push(newPartition());
        }),
      deleteTopic: (name) => ask(() => void topics.delete(name)),
      setTopic: (name, settings) => ask(() => void Object.assign(topics.get(name)?.settings ?? {}, settings)),
      append(topic, partition, records) {
        const lane = `${topic}:${partition}`;
        const before = lanes.get(lane) ?? Promise.resolve();
        const appended = before.catch(() => {}).then(() => appendInOrder(topic, partition, records));
        lanes.set(lane, appended);
        return appended;
      },
      read: (topic, partition, offset, { sizeBytesMax }) =>
        ask(() => {
          const { records, highWatermark, logStartOffset } = partitionOf(topic, partition);
          if (offset < logStartOffset || offset > highWatermark) return { kind: 'out-of-range' as const };
          const found: BatchRecord[] = [];
          let sizeBytes = 0;
          for (const record of records) {
            if (record.offset < offset || record.offset >= highWatermark) continue;
            sizeBytes += record.value?.length ?? 0;
            if (found.length > 0 && sizeBytes > sizeBytesMax) break;
            found.push(record);
          }
          const last = found.at(-1);
          const nextOffset = last === undefined ? Math.max(offset, highWatermark) : last.offset + 1;
          return { kind: 'records' as const, records: found, nextOffset, endOffset: highWatermark, logStartOffset };
        }),
      async waitForRecords(positions, waitMs) {
        const endMs = clock.monotonicMs() + waitMs;
        for (;;) {
          const news = positions.filter(
            ({ topic, partition, offset }) => (topics.get(topic)?.partitions[partition]?.highWatermark ?? 0) > offset,
          );
          if (news.length > 0 || clock.monotonicMs() >= endMs) return news;
          await wait(clock, 5);
        }
      },
      offsets: (topic, partitions, timestamp) =>
        ask(() =>
          partitions.map((each) => {
            const { records, highWatermark, logStartOffset } = partitionOf(topic, each);
            if (timestamp === LATEST_TIMESTAMP) return highWatermark;
            if (timestamp === EARLIEST_TIMESTAMP) return logStartOffset;
            const first = records.find(
              (record) =>
                record.timestampMs >= timestamp && record.offset < highWatermark && record.offset >= logStartOffset,
            );
            return first?.offset ?? -1;
          }),
        ),
      shareGroups: shareGroups.connect(step, () => isDead),
      async close() {},
    };
    return {
      log,
      kill() {
        isDead = true;
      },
    };
  }

  return {
    connect,
    records: (topic, partition) => partitionOf(topic, partition).records,
    partitionCount: (topic) => topics.get(topic)?.partitions.length ?? 0,
    groups: () => [...shareGroups.groups.keys()],
    settings: (topic) => topics.get(topic)?.settings ?? {},
    makeTopic: (topic, partitionCount) => make(topic, partitionCount, {}),
    dropTopic: (topic) => void topics.delete(topic),
    write(topic, partition, record) {
      const log = partitionOf(topic, partition);
      log.highWatermark = push(log, record) + 1;
    },
    trim(topic, partition, logStartOffset) {
      const log = partitionOf(topic, partition);
      log.logStartOffset = logStartOffset;
      log.records.splice(0, log.records.filter(({ offset }) => offset < logStartOffset).length);
    },
    compact(topic, partition) {
      const { records } = partitionOf(topic, partition);
      const last = new Map(records.map(({ key, offset }) => [key?.toString(), offset]));
      const kept = records.filter(({ key, offset }) => last.get(key?.toString()) === offset);
      records.splice(0, records.length, ...kept);
    },
  };
}

function bytesOf(value: Uint8Array | string | null): Buffer | null {
  return value === null ? null : Buffer.from(value);
}
