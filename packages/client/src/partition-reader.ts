import type { NodeId, Offset, Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { type FetchResponse, fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { Cluster } from './cluster.ts';
import { fetchedRecords } from './fetched-records.ts';
import { KafkaError } from './kafka-error.ts';
import { isTransient, RETRY_DELAY_MS } from './retry.ts';
import { topicPartitions } from './topic-partitions.ts';
import { wait } from './wait.ts';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const TOPIC_IDS_FROM = 13;
const FETCH_WAIT_MS = 500;
const FETCH_SIZE_BYTES_MAX = 16 * 1024 * 1024;
const PARTITION_SIZE_BYTES_MAX = 1024 * 1024;

export interface PartitionPosition {
  readonly partition: number;
  /** The next offset to read. */
  position: Offset;
  /** Reading ends before this offset; Infinity never ends. */
  readonly end: Offset;
}

export interface ReadOptions {
  readonly topic: string;
  readonly positions: readonly PartitionPosition[];
  /** Records of one partition, in order; one call at a time. Reading goes on when it settles, and ends on false. */
  onRecords(partition: number, records: readonly BatchRecord[]): Promise<boolean>;
  /** All before this offset was delivered or is nothing to deliver, as control batches are not. */
  onPassed?(partition: number, nextOffset: Offset): void;
}

export interface Reading {
  /** Settles when every partition is at its end, or reading was stopped. */
  readonly done: Promise<void>;
  stop(): void;
}

/**
 * Reads partitions without a group: what `@platformatic/kafka` has no call for. A broker that goes away is looked for
 * again until the cluster's timeout has passed without an answer.
 */
export function readPartitions(cluster: Cluster, { topic, positions, onRecords, onPassed }: ReadOptions): Reading {
  let isStopped = false;
  /** Since when every attempt has failed. */
  let failingSinceMs: number | undefined;
  /** Makes calls of `onRecords` wait for each other. */
  let turn: Promise<unknown> = Promise.resolve();

  const isLeft = ({ position, end }: PartitionPosition) => position < end;

  async function run(): Promise<void> {
    while (!isStopped && positions.some(isLeft)) {
      try {
        await readRound();
      } catch (error) {
        if (isStopped) return;
        failingSinceMs ??= cluster.clock.monotonicMs();
        const isOverdue = cluster.clock.monotonicMs() - failingSinceMs > cluster.timeoutMs;
        if (!isTransient(error) || isOverdue) throw error;
        await wait(cluster.clock, RETRY_DELAY_MS);
      }
    }
  }

  /** Reads from all leaders until all is read, or one of them is no longer the leader. */
  async function readRound(): Promise<void> {
    const { topicId, leaders } = await topicPartitions(cluster, topic);
    const groups = new Map<NodeId, PartitionPosition[]>();
    for (const position of positions.filter(isLeft)) {
      const leader = leaders.get(position.partition) ?? -1;
      if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
      groups.set(leader, [...(groups.get(leader) ?? []), position]);
    }
    const round = { isOver: false };
    const readers = [...groups].map(async ([leader, group]) => {
      try {
        while (!isStopped && !round.isOver && group.some(isLeft))
          await fetchOnce(leader, topicId, group.filter(isLeft));
      } finally {
        round.isOver ||= group.some(isLeft);
      }
    });
    const failed = (await Promise.allSettled(readers)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async function fetchOnce(leader: NodeId, topicId: Uuid, group: readonly PartitionPosition[]): Promise<void> {
    const broker = await cluster.broker(leader);
    const response = await broker.request(
      FETCH,
      (version) => ({
        replicaId: -1,
        maxWaitMs: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_SIZE_BYTES_MAX,
        topics: [
          {
            ...(version >= TOPIC_IDS_FROM ? { topicId } : { topic }),
            partitions: group.map(({ partition, position }) => ({
              partition,
              fetchOffset: position,
              partitionMaxBytes: PARTITION_SIZE_BYTES_MAX,
            })),
          },
        ],
      }),
      { timeoutMs: cluster.timeoutMs + FETCH_WAIT_MS },
    );
    if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
    await deliver(response, group);
    failingSinceMs = undefined;
  }

  async function deliver(response: FetchResponse, group: readonly PartitionPosition[]): Promise<void> {
    for (const { partitions } of response.responses) {
      for (const { partitionIndex, errorCode, records } of partitions) {
        const position = group.find(({ partition }) => partition === partitionIndex);
        if (position === undefined) continue;
        if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, `${topic}-${partitionIndex}`);
        if (records === null || records.length === 0) continue;
        const delivered = turn.then(() => deliverPartition(records, position));
        turn = delivered.catch(() => {});
        await delivered;
      }
    }
  }

  async function deliverPartition(encoded: Buffer, position: PartitionPosition): Promise<void> {
    for (const { records, nextOffset } of fetchedRecords(encoded, position.position, position.end)) {
      if (isStopped) return;
      position.position = nextOffset;
      if (records.length > 0 && !(await onRecords(position.partition, records))) isStopped = true;
      else onPassed?.(position.partition, nextOffset);
    }
  }

  return {
    done: run(),
    stop() {
      isStopped = true;
    },
  };
}
