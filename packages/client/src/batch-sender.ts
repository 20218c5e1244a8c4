import type { NodeId, Offset } from '@sluice/kernel/ids';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import {
  type PartitionProduceResponse,
  produceResponseCodec,
} from '@sluice/protocol/generated/messages/produce-response';
import { sequenceAfter } from '@sluice/protocol/records/batch-header';
import { buildBatch, type NewRecord } from '@sluice/protocol/records/build-batch';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import { initProducer } from './producer-id.ts';
import { retry } from './retry.ts';
import { type TopicPartitions, topicPartitions } from './topic-partitions.ts';

const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const TOPIC_IDS_FROM = 13;
/** A topic that the broker makes on demand is there by then; one that is still unknown will stay so. */
const TOPIC_WAIT_MS = 3_000;

export interface BatchSenderOptions {
  readonly topic: string;
  /** −1: all in-sync replicas. With it, what is sent twice after a failure is written once. */
  readonly acks: -1 | 0 | 1;
  readonly codec: Codec;
}

export interface Batch {
  readonly partition: number;
  readonly records: readonly NewRecord[];
}

export interface SentBatch {
  readonly partition: number;
  readonly count: number;
  /** −1 where the broker does not say: acks=0, or a repetition that it had already. */
  readonly baseOffset: Offset;
}

/** Writes batches that are ready: it neither collects nor spreads records. */
export interface BatchSender {
  readonly partitionCount: number;
  /** At most one batch a partition, one call at a time. Fails when one is refused or none can be sent in time. */
  send(batches: readonly Batch[]): Promise<readonly SentBatch[]>;
}

interface Encoded {
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
}

/** Finds the topic, which the broker may make on demand. */
export async function createBatchSender(cluster: Cluster, options: BatchSenderOptions): Promise<BatchSender> {
  const { topic, acks, codec } = options;
  const { clock, timeoutMs } = cluster;
  // A cluster that is not there at all is not waited for.
  await cluster.any();
  let known: TopicPartitions = await retry(clock, Math.min(timeoutMs, TOPIC_WAIT_MS), () =>
    topicPartitions(cluster, topic, { allowAutoTopicCreation: true }),
  );
  const producer = acks === -1 ? await retry(clock, timeoutMs, () => initProducer(cluster)) : undefined;
  const nextSequences = new Map<number, number>();

  function encode({ partition, records }: Batch): Encoded {
    if (producer === undefined) return { partition, count: records.length, bytes: buildBatch(records, { codec }) };
    const baseSequence = nextSequences.get(partition) ?? 0;
    nextSequences.set(partition, sequenceAfter(baseSequence, records.length));
    return { partition, count: records.length, bytes: buildBatch(records, { codec, ...producer, baseSequence }) };
  }

  async function sendToLeader(
    leader: NodeId,
    batches: readonly Encoded[],
  ): Promise<readonly PartitionProduceResponse[]> {
    if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
    const broker = await cluster.broker(leader);
    const build = (version: number) => ({
      transactionalId: null,
      acks,
      timeoutMs,
      topicData: [
        {
          ...(version >= TOPIC_IDS_FROM ? { topicId: known.topicId } : { name: topic }),
          partitionData: batches.map(({ partition, bytes }) => ({ index: partition, records: bytes })),
        },
      ],
    });
    if (acks === 0) {
      await broker.requestUnanswered(PRODUCE, build);
      return [];
    }
    const response = await broker.request(PRODUCE, build);
    return response.responses.flatMap(({ partitionResponses }) => partitionResponses);
  }

  /** Sends what is left to its leaders, and takes off what arrived. */
  async function sendRound(left: Map<number, Encoded>, sent: SentBatch[]): Promise<void> {
    const byLeader = Map.groupBy(left.values(), ({ partition }) => known.leaders.get(partition) ?? -1);
    const answers = await Promise.allSettled(
      [...byLeader].map(async ([leader, batches]) => {
        const responses = await sendToLeader(leader, batches);
        const offsets = new Map(responses.map((response) => [response.index, writtenAt(response)]));
        for (const { partition, count } of batches) {
          const baseOffset = offsets.get(partition) ?? -1;
          if (baseOffset instanceof KafkaError) continue;
          sent.push({ partition, count, baseOffset });
          left.delete(partition);
        }
        for (const failure of offsets.values()) if (failure instanceof KafkaError) throw failure;
      }),
    );
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  return {
    partitionCount: known.leaders.size,
    async send(batches) {
      const left = new Map(batches.map((batch) => [batch.partition, encode(batch)]));
      const sent: SentBatch[] = [];
      let isFirst = true;
      await retry(clock, timeoutMs, async () => {
        if (!isFirst) known = await topicPartitions(cluster, topic);
        isFirst = false;
        await sendRound(left, sent);
      });
      return sent;
    },
  };
}

function writtenAt({
  errorCode,
  baseOffset,
  errorMessage,
  recordErrors,
}: PartitionProduceResponse): Offset | KafkaError {
  if (errorCode === ErrorCode.NONE) return baseOffset;
  if (errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) return -1;
  return new KafkaError(errorCode, recordErrors[0]?.batchIndexErrorMessage ?? errorMessage);
}
