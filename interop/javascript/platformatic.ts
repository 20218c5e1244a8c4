import {
  Admin,
  Consumer,
  findErrorBy,
  GenericError,
  MultipleErrors,
  Producer,
  type RecordsBatch,
} from '@platformatic/kafka';
import { bytesOf, digest } from '../runner/bytes.ts';
import type { Fault, Seen } from '../runner/contract.ts';
import { memberOps } from './group-notes.ts';
import { adminChecks } from './platformatic-admin.ts';
import { committed, groupAdminChecks, joinGroup, provocationOnGroup } from './platformatic-group.ts';
import { transactionOps } from './platformatic-transactions.ts';
import { pause, progress, provoked, type Request, serve } from './serve.ts';
import { shareChecks } from './share-checks.ts';
import { shareMemberOps } from './share-members.ts';

const bootstrap = process.argv[2] ?? '';
const common = { clientId: 'interop', bootstrapBrokers: bootstrap.split(','), autocreateTopics: true };
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

function faultOf(cause: unknown): Fault {
  if (!(cause instanceof Error)) return { type: typeof cause, code: -1, message: String(cause) };
  const protocol = findErrorBy(cause, 'code', 'PLT_KFK_PROTOCOL');
  if (protocol !== null) {
    const message = protocol.serverErrorMessage ?? protocol.message;
    return { type: `${cause.constructor.name} ${protocol.apiId}`, code: Number(protocol.apiCode), message };
  }
  const inner =
    cause instanceof MultipleErrors ? `: ${cause.errors.map((error: Error) => error.message).join('; ')}` : '';
  const code = cause instanceof GenericError || cause instanceof MultipleErrors ? ` ${cause.code}` : '';
  return { type: `${cause.constructor.name}${code}`, code: -1, message: `${cause.message}${inner}` };
}

async function withProducer<T>(work: (producer: Producer) => Promise<T>, idempotent = true): Promise<T> {
  const producer = new Producer({ ...common, idempotent, acks: -1, retries: 1200, retryDelay: 100 });
  try {
    return await work(producer);
  } finally {
    await producer.close();
  }
}

async function withConsumer<T>(work: (consumer: Consumer) => Promise<T>): Promise<T> {
  // A group id is demanded, but only consume() joins the group.
  const consumer = new Consumer({ ...common, groupId: 'never-joined', retries: 200, retryDelay: 100 });
  try {
    return await work(consumer);
  } finally {
    await consumer.close();
  }
}

const codecOf = (name: string) => codecs.find((codec) => codec === name) ?? 'none';

async function write({ topic, partition, codec, batches }: Request) {
  return withProducer(async (producer) => {
    const offsets: number[] = [];
    for (const batch of batches) {
      const messages = batch.map(({ key, value, headers, timestamp }) => ({
        topic,
        partition,
        // The types leave out null; the wire format has it.
        key: bytesOf(key) as Buffer,
        value: bytesOf(value) as Buffer,
        headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), bytesOf(bytes) as Buffer])),
        timestamp: BigInt(timestamp),
      }));
      const result = await producer.send({ messages, compression: codecOf(codec) });
      const first = Number(result.offsets?.[0]?.offset);
      offsets.push(...batch.map((_, index) => first + index));
    }
    return { offsets };
  });
}

type FetchedRecord = { offset: number; timestamp: number; record: RecordsBatch['records'][number] };

/** Fetches partitions by their offsets until `see` has had enough. */
async function fetchUntil(
  consumer: Consumer,
  topic: string,
  from: Map<number, number>,
  see: (partition: number, fetched: FetchedRecord) => boolean,
): Promise<void> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const info = metadata.topics.get(topic);
  const node = info?.partitions[0]?.leader;
  if (info === undefined || node === undefined) throw new Error(`no metadata of ${topic}`);
  consumer.topics.track(topic);
  for (;;) {
    const partitions = [...from].map(([partition, offset]) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: 1_048_576,
    }));
    const { responses } = await consumer.fetch({ node, topics: [{ topicId: info.id, partitions }], maxWaitTime: 500 });
    for (const { partitionIndex, records: fetched } of responses.flatMap((response) => response.partitions)) {
      for (const batch of fetched ?? []) {
        for (const record of batch.records) {
          const offset = Number(batch.firstOffset) + record.offsetDelta;
          if (offset < (from.get(partitionIndex) ?? 0)) continue;
          from.set(partitionIndex, offset + 1);
          const timestamp = Number(batch.firstTimestamp + record.timestampDelta);
          if (!see(partitionIndex, { offset, timestamp, record })) return;
        }
      }
    }
  }
}

async function read({ topic, partition, from, count }: Request) {
  return withConsumer(async (consumer) => {
    const offset = 'offset' in from ? from.offset : await offsetAt(consumer, topic, partition, from.time);
    const records: Seen[] = [];
    await fetchUntil(consumer, topic, new Map([[partition, offset]]), (_, fetched) => {
      const { key, value, headers } = fetched.record;
      records.push({
        offset: fetched.offset,
        timestamp: fetched.timestamp,
        key: digest(key),
        value: digest(value),
        headers: headers.map(([name, bytes]) => [String(name), digest(bytes)]),
      });
      return records.length < count;
    });
    return { records };
  });
}

async function offsetAt(consumer: Consumer, topic: string, partition: number, timestamp: number): Promise<number> {
  const partitions = { [topic]: [partition] };
  const listed = await consumer.listOffsets({ topics: [topic], partitions, timestamp: BigInt(timestamp) });
  return Number(listed.get(topic)?.[partition]);
}

async function offsets({ topic, partition, times }: Request) {
  return withConsumer(async (consumer) => {
    const byTime: number[] = [];
    for (const time of times) byTime.push(await offsetAt(consumer, topic, partition, time));
    const earliest = await offsetAt(consumer, topic, partition, -2);
    const latest = await offsetAt(consumer, topic, partition, -1);
    return { earliest, latest, byTime };
  });
}

const floodSendRecords = 5_000;

async function flood({ topic, partitions, first = 0, count, codec }: Request) {
  return withProducer(async (producer) => {
    for (let start = 0; start < count; start += floodSendRecords) {
      const length = Math.min(floodSendRecords, count - start);
      const messages = Array.from({ length }, (_, index) => ({
        topic,
        partition: (first + start + index) % partitions,
        value: Buffer.from(`${first + start + index}`),
      }));
      await producer.send({ messages, compression: codecOf(codec) });
    }
    return {};
  });
}

async function drain({ topic, partitions, count }: Request) {
  return withConsumer(async (consumer) => {
    const values = Array.from({ length: partitions }, (): number[] => []);
    let left = count;
    const from = new Map(values.map((_, partition) => [partition, 0]));
    await fetchUntil(consumer, topic, from, (partition, { record }) => {
      values[partition]?.push(Number(record.value));
      left -= 1;
      return left > 0;
    });
    return { values };
  });
}

/**
 * A broker that is just back may say that a partition has no leader yet. The client does not retry that answer to its
 * request for metadata; nothing was sent then, so that its user can.
 */
async function sendOnceLed(send: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch (cause) {
      if (!(cause instanceof Error) || findErrorBy(cause, 'apiId', 'LEADER_NOT_AVAILABLE') === null) throw cause;
      await pause(100);
    }
  }
}

async function stream({ topic, partitions = 1, count, chunk, pauseMs }: Request) {
  return withProducer(async (producer) => {
    for (let start = 0; start < count; start += chunk) {
      const messages = Array.from({ length: chunk }, (_, index) => ({
        topic,
        partition: (start + index) % partitions,
        value: Buffer.from(`${start + index}`),
      }));
      await sendOnceLed(() => producer.send({ messages }));
      progress(start + chunk);
      await pause(pauseMs);
    }
    return { acked: count };
  });
}

async function provocation({ kind, topic }: Request): Promise<unknown> {
  const produce = (partition: number, size: number) => {
    const producer = new Producer({ ...common, autocreateTopics: false, retries: 1 });
    return producer
      .send({ messages: [{ topic, partition, value: Buffer.alloc(size) }] })
      .finally(() => producer.close());
  };
  const create = (options: { partitions?: number; replicas?: number; configs?: { name: string; value: string }[] }) => {
    const admin = new Admin(common);
    return admin.createTopics({ topics: [topic], ...options }).finally(() => admin.close());
  };
  switch (kind) {
    case 'unknownTopic':
      return produce(0, 1);
    case 'tooLarge':
      return produce(0, 50_000);
    case 'badPartition':
      return produce(99, 1);
    case 'badConfig':
      return create({ configs: [{ name: 'retention.ms', value: 'word' }] });
    case 'unknownConfig':
      return create({ configs: [{ name: 'no.such.config', value: 'word' }] });
    case 'badName':
    case 'topicExists':
      return create({ partitions: 1, replicas: 1 });
    case 'badReplication':
      return create({ partitions: 1, replicas: 3 });
    case 'badPartitionCount':
      return create({ partitions: 0, replicas: 1 });
    case 'outOfRange':
      return withConsumer((consumer) => fetchUntil(consumer, topic, new Map([[0, 1_000_000]]), () => false));
    default:
      throw new Error(`no such kind: ${kind}`);
  }
}

await serve(
  {
    hello: () => ({
      codecs,
      can: ['timestamps', 'header-bytes', 'admin', 'groups', 'transactions', 'shares', 'share-checks'],
    }),
    write,
    read,
    offsets,
    flood,
    drain,
    stream,
    provoke: (request) =>
      provoked(
        () => (request.group === undefined ? provocation(request) : provocationOnGroup(common, request)),
        faultOf,
      ),
    ...memberOps((request) => joinGroup({ ...common, retries: 200, retryDelay: 100 }, faultOf, request)),
    ...transactionOps(common),
    ...shareMemberOps(bootstrap),
    shares: (request) => shareChecks(bootstrap, request),
    committed: (request) => committed(common, request),
    groupAdmin: async (request) => ({ checks: await groupAdminChecks(common, request) }),
    admin: async ({ topic }) => {
      await using kafka = { admin: new Admin(common), [Symbol.asyncDispose]: () => kafka.admin.close() };
      return { checks: await adminChecks(kafka.admin, topic) };
    },
  },
  faultOf,
);
