import { ClientError } from '@sluice/client/client-error';
import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { initProducer, type ProducerIdentity } from '@sluice/client/producer-id';
import { retry } from '@sluice/client/retry';
import type { NodeId, Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { sequenceAfter } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import type { LogRecord } from './kafka-log.ts';
import type { TopicDirectory } from './topic-directory.ts';

const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const TOPIC_IDS_FROM = 13;
/** Calls for one partition join one batch up to here: Kafka's default for `max.message.bytes`, less some. */
const JOINED_SIZE_BYTES_MAX = 1_000_000;
/** An upper bound of what a record costs besides its key, value and headers. */
const RECORD_OVERHEAD_SIZE_BYTES = 48;
/** Appends that wait, over all partitions: what comes beyond is refused. */
const WAITING_MAX = 100_000;

interface Append {
  readonly records: readonly LogRecord[];
  readonly sizeBytes: number;
  resolve(baseOffset: Offset): void;
  reject(error: unknown): void;
}

/** One partition's appends: those that wait, in order, and the batch that is under way. */
interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly waiting: Append[];
  isSending: boolean;
  identity: ProducerIdentity | undefined;
  nextSequence: number;
}

export interface LogProducer {
  append(topic: string, partition: number, records: readonly LogRecord[]): Promise<Offset>;
}

/**
 * Writes with acks=all, one batch of a partition at a time; what comes meanwhile joins the next one. Batches are
 * numbered, so that one that is sent again after a failure is written once.
 */
export function createLogProducer(cluster: Cluster, directory: TopicDirectory): LogProducer {
  const { clock, timeoutMs } = cluster;
  /** One for each partition that was written to: they keep their numbers. */
  const lanes = new Map<string, Lane>();
  let waitingCount = 0;
  let identity: Promise<ProducerIdentity | undefined> | undefined;

  function identify(): Promise<ProducerIdentity | undefined> {
    identity ??= retry(clock, timeoutMs, () => initProducer(cluster)).catch((error: unknown) => {
      identity = undefined;
      throw error;
    });
    return identity;
  }

  function laneOf(topic: string, partition: number): Lane {
    const key = `${topic}:${partition}`;
    const lane = lanes.get(key) ?? {
      topic,
      partition,
      waiting: [],
      isSending: false,
      identity: undefined,
      nextSequence: 0,
    };
    lanes.set(key, lane);
    return lane;
  }

  /** The appends of the next batch. */
  function take({ waiting }: Lane): Append[] {
    let count = 0;
    let sizeBytes = 0;
    for (const append of waiting) {
      sizeBytes += append.sizeBytes;
      if (count > 0 && sizeBytes > JOINED_SIZE_BYTES_MAX) break;
      count++;
    }
    waitingCount -= count;
    return waiting.splice(0, count);
  }

  async function drain(lane: Lane): Promise<void> {
    lane.isSending = true;
    while (lane.waiting.length > 0) {
      const appends = take(lane);
      try {
        let offset = await write(
          lane,
          appends.flatMap(({ records }) => records),
        );
        for (const append of appends) {
          append.resolve(offset);
          offset += append.records.length;
        }
      } catch (error) {
        for (const { reject } of appends) reject(error);
        // Whether the batch was written is not known, so its numbers cannot be used again, nor can others follow.
        lane.identity = undefined;
        identity = undefined;
      }
    }
    lane.isSending = false;
  }

  async function write(lane: Lane, records: readonly LogRecord[]): Promise<Offset> {
    const { topic, partition } = lane;
    const current = await identify();
    if (lane.identity !== current) {
      lane.identity = current;
      lane.nextSequence = 0;
    }
    const timestampMs = clock.now();
    const stamped = records.map((record) => ({ ...record, timestampMs }));
    const batch =
      current === undefined
        ? buildBatch(stamped)
        : buildBatch(stamped, { ...current, baseSequence: lane.nextSequence });
    const offset = await retry(clock, timeoutMs, async () => {
      try {
        return await send(topic, partition, batch);
      } catch (error) {
        directory.forget(topic);
        throw error;
      }
    });
    lane.nextSequence = sequenceAfter(lane.nextSequence, records.length);
    return offset;
  }

  async function send(topic: string, partition: number, batch: Buffer): Promise<Offset> {
    const { topicId, leaders } = await directory.leaders(topic);
    const leader: NodeId = leaders.get(partition) ?? -1;
    if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
    const broker = await cluster.broker(leader);
    const { responses } = await broker.request(PRODUCE, (version) => ({
      transactionalId: null,
      acks: -1,
      timeoutMs,
      topicData: [
        {
          ...(version >= TOPIC_IDS_FROM ? { topicId } : { name: topic }),
          partitionData: [{ index: partition, records: batch }],
        },
      ],
    }));
    const answer = responses[0]?.partitionResponses[0];
    if (answer === undefined) throw new ClientError('not-kafka', broker.address, 'a Produce was answered with nothing');
    if (answer.errorCode !== ErrorCode.NONE) throw new KafkaError(answer.errorCode, answer.errorMessage);
    return answer.baseOffset;
  }

  return {
    append(topic, partition, records) {
      return new Promise((resolve, reject) => {
        if (waitingCount >= WAITING_MAX) return reject(new KafkaError(ErrorCode.REQUEST_TIMED_OUT, 'too many wait'));
        const lane = laneOf(topic, partition);
        waitingCount++;
        lane.waiting.push({ records, sizeBytes: sizeBytesOf(records), resolve, reject });
        if (!lane.isSending) void drain(lane);
      });
    },
  };
}

function sizeBytesOf(records: readonly LogRecord[]): number {
  let sizeBytes = 0;
  for (const { key, value, headers = [] } of records) {
    sizeBytes += RECORD_OVERHEAD_SIZE_BYTES + lengthOf(key) + lengthOf(value);
    for (const header of headers) sizeBytes += header.key.length + lengthOf(header.value);
  }
  return sizeBytes;
}

/** Of strings the characters: what is joined need not be exact. */
const lengthOf = (value: Uint8Array | string | null): number => value?.length ?? 0;
