import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { RETRY_DELAY_MS, retry } from '@sluice/client/retry';
import { wait } from '@sluice/client/wait';
import { type NodeId, type Offset, type TimestampMs, type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import { committedRecords } from './committed-records.ts';
import type { LogPosition, ReadOptions, ReadResult } from './kafka-log.ts';
import type { TopicDirectory } from './topic-directory.ts';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };
const TOPIC_IDS_FROM = 13;
const READ_COMMITTED = 1;
const READ_UNCOMMITTED = 0;
const NO_REPLICA = -1;

/** The least that a fetch may ask for: it brings a batch all the same. */
const SOME_BYTES = 1;

export interface LogFetcher {
  waitForRecords(positions: readonly LogPosition[], waitMs: number): Promise<readonly LogPosition[]>;
  read(topic: string, partition: number, offset: Offset, options: ReadOptions): Promise<ReadResult>;
  offsets(topic: string, partitions: readonly number[], timestamp: TimestampMs): Promise<readonly Offset[]>;
}

interface LedPosition extends LogPosition {
  readonly topicId: Uuid;
  readonly leader: NodeId;
}

/** Reads partitions at an offset, one request each: no group, no session. */
export function createLogFetcher(cluster: Cluster, directory: TopicDirectory): LogFetcher {
  const { clock, timeoutMs } = cluster;

  /** Asks again what fails in passing, and whom the cluster names now. */
  async function persist<Result>(topic: string, attempt: () => Promise<Result>): Promise<Result> {
    return await retry(clock, timeoutMs, async () => {
      try {
        return await attempt();
      } catch (error) {
        directory.forget(topic);
        throw error;
      }
    });
  }

  async function leaderOf(topic: string, partition: number) {
    const { topicId, leaders } = await directory.leaders(topic);
    const leader = leaders.get(partition);
    // Partitions that were added a moment ago may not be known here yet.
    if (leader === undefined) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `${topic}-${partition}`);
    if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, `${topic}-${partition}`);
    return { topicId, leader };
  }

  async function readOnce(
    topic: string,
    partition: number,
    offset: Offset,
    { sizeBytesMax }: ReadOptions,
  ): Promise<ReadResult> {
    const { topicId, leader } = await leaderOf(topic, partition);
    const broker = await cluster.broker(leader);
    const build = (version: number) => ({
      replicaId: NO_REPLICA,
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: sizeBytesMax,
      isolationLevel: READ_COMMITTED,
      topics: [
        {
          ...(version >= TOPIC_IDS_FROM ? { topicId } : { topic }),
          partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: sizeBytesMax }],
        },
      ],
    });
    const response = await broker.request(FETCH, build);
    if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
    const answer = response.responses[0]?.partitions[0];
    if (answer === undefined) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `${topic}-${partition}`);
    if (answer.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return { kind: 'out-of-range' };
    if (answer.errorCode !== ErrorCode.NONE) throw new KafkaError(answer.errorCode, `${topic}-${partition}`);
    const { highWatermark, lastStableOffset, logStartOffset, abortedTransactions, records } = answer;
    const endOffset = lastStableOffset >= 0 ? Math.min(lastStableOffset, highWatermark) : highWatermark;
    const committed = committedRecords(records ?? Buffer.alloc(0), offset, abortedTransactions ?? []);
    return {
      kind: 'records',
      get records() {
        return committed.records;
      },
      nextOffset: committed.nextOffset,
      endOffset,
      logStartOffset,
    };
  }

  /** Asks one leader about all its positions in one request. */
  async function waitAtLeader(
    leader: NodeId,
    led: readonly LedPosition[],
    waitMs: number,
  ): Promise<readonly LogPosition[]> {
    const broker = await cluster.broker(leader);
    const build = (version: number) => ({
      replicaId: NO_REPLICA,
      maxWaitMs: waitMs,
      minBytes: SOME_BYTES,
      maxBytes: SOME_BYTES,
      isolationLevel: READ_COMMITTED,
      topics: [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, own]) => ({
        ...(version >= TOPIC_IDS_FROM ? { topicId: own[0]?.topicId ?? ZERO_UUID } : { topic }),
        partitions: own.map(({ partition, offset }) => ({
          partition,
          fetchOffset: offset,
          partitionMaxBytes: SOME_BYTES,
        })),
      })),
    });
    const response = await broker.request(FETCH, build, { timeoutMs: timeoutMs + waitMs });
    const answers = response.responses.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((answer) => ({ ...answer, topic, topicId })),
    );
    const failed = answers.filter(({ errorCode }) => errorCode !== ErrorCode.NONE);
    if (response.errorCode !== ErrorCode.NONE || failed.length > 0)
      for (const { topic } of led) directory.forget(topic);
    // One that failed is news as well: whoever reads there will learn why.
    const news = answers.filter(({ errorCode, records }) => errorCode !== ErrorCode.NONE || (records?.length ?? 0) > 0);
    return led.filter(({ topic, topicId, partition }) =>
      news.some((each) => each.partitionIndex === partition && (each.topic === topic || each.topicId === topicId)),
    );
  }

  return {
    async waitForRecords(positions, waitMs) {
      const led = await Promise.all(
        positions.map(async (position) => {
          try {
            return { ...position, ...(await leaderOf(position.topic, position.partition)) };
          } catch (error) {
            // It is gone or moves: whoever reads there will learn it.
            if (!(error instanceof KafkaError)) throw error;
            directory.forget(position.topic);
            return undefined;
          }
        }),
      );
      const known = led.filter((each) => each !== undefined);
      const isMissed = known.length < positions.length;
      const waits = [...Map.groupBy(known, ({ leader }) => leader)].map(([leader, own]) =>
        waitAtLeader(leader, own, waitMs),
      );
      if (isMissed || waits.length === 0) waits.push(wait(clock, Math.min(waitMs, RETRY_DELAY_MS)).then(() => []));
      return await Promise.race(waits);
    },

    read: (topic, partition, offset, options) => persist(topic, () => readOnce(topic, partition, offset, options)),

    offsets: (topic, partitions, timestamp) =>
      persist(topic, async () => {
        const leaders = await Promise.all(
          partitions.map(async (partition) => ({ partition, leader: (await leaderOf(topic, partition)).leader })),
        );
        const found = new Map<number, Offset>();
        await Promise.all(
          [...Map.groupBy(leaders, ({ leader }) => leader)].map(async ([leader, led]) => {
            const broker = await cluster.broker(leader);
            const { topics } = await broker.request(LIST_OFFSETS, () => ({
              replicaId: NO_REPLICA,
              isolationLevel: READ_UNCOMMITTED,
              topics: [
                { name: topic, partitions: led.map(({ partition }) => ({ partitionIndex: partition, timestamp })) },
              ],
            }));
            for (const { partitionIndex, errorCode, offset } of topics.flatMap((each) => each.partitions)) {
              if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, `${topic}-${partitionIndex}`);
              found.set(partitionIndex, offset);
            }
          }),
        );
        return partitions.map((partition) => found.get(partition) ?? -1);
      }),
  };
}
