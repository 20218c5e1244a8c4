import kafkajs, { type Message } from 'kafkajs';
import { bytesOf, digest } from '../runner/bytes.ts';
import type { Fault, Seen } from '../runner/contract.ts';
import { memberOps } from './group-notes.ts';
import { adminChecks } from './kafkajs-admin.ts';
import { registerCodecs } from './kafkajs-codecs.ts';
import { committed, groupAdminChecks, joinGroup, provocationOnGroup } from './kafkajs-group.ts';
import { transactionOps } from './kafkajs-transactions.ts';
import { pause, progress, provoked, type Request, serve } from './serve.ts';

const { CompressionTypes, Kafka, KafkaJSError, Partitioners, logLevel } = kafkajs;

registerCodecs();
const kafka = new Kafka({
  clientId: 'interop',
  brokers: [process.argv[2] ?? ''],
  logLevel: logLevel.NOTHING,
  retry: { retries: 200, initialRetryTime: 100, maxRetryTime: 1000 },
});
const impatient = new Kafka({
  clientId: 'interop',
  brokers: [process.argv[2] ?? ''],
  logLevel: logLevel.NOTHING,
  retry: { retries: 1 },
});

const codecs: Readonly<Record<string, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

function faultOf(cause: unknown): Fault {
  if (!(cause instanceof Error)) return { type: typeof cause, code: -1, message: String(cause) };
  // Errors of several topics come as one, and what ended the retries as a cause.
  const errors: unknown = Reflect.get(cause, 'errors');
  const inner: unknown = Array.isArray(errors) ? errors[0] : cause.cause;
  const named: unknown = inner instanceof KafkaJSError ? inner : cause;
  const type = named instanceof Error ? `${named.name} ${Reflect.get(named, 'type') ?? ''}`.trim() : cause.name;
  const code = named instanceof Error ? Number(Reflect.get(named, 'code') ?? -1) : -1;
  return { type, code: Number.isNaN(code) ? -1 : code, message: cause.message };
}

async function withProducer<T>(work: (producer: kafkajs.Producer) => Promise<T>): Promise<T> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    return await work(producer);
  } finally {
    await producer.disconnect();
  }
}

async function withAdmin<T>(work: (admin: kafkajs.Admin) => Promise<T>, from = kafka): Promise<T> {
  const admin = from.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function write({ topic, partition, codec, batches }: Request) {
  return withProducer(async (producer) => {
    const offsets: (number | null)[] = [];
    for (const batch of batches) {
      const writable = batch.map(({ headers }) => headers.every(([, value]) => value !== null));
      const messages = batch.filter((_, index) => writable[index]).map(messageOf(partition));
      const sent = await producer.send({ topic, messages, acks: -1, compression: codecs[codec] ?? 0 });
      let next = Number(sent[0]?.baseOffset);
      for (const can of writable) offsets.push(can ? next++ : null);
    }
    return { offsets };
  });
}

/** Headers are an object here: a name that is there twice gets an array; a null value has no way in. */
function messageOf(partition: number) {
  return ({ key, value, headers, timestamp }: Request['batches'][number][number]): Message => {
    const named: Record<string, Buffer[]> = {};
    for (const [name, bytes] of headers) {
      const value = bytesOf(bytes);
      if (value !== null) named[name] = [...(named[name] ?? []), value];
    }
    return { partition, key: bytesOf(key), value: bytesOf(value), headers: named, timestamp: `${timestamp}` };
  };
}

let groups = 0;

/** Reads as the only member of a new group, from the places that it is told to seek. */
async function readAsGroup(
  topic: string,
  from: ReadonlyMap<number, number>,
  see: (payload: kafkajs.EachMessagePayload) => boolean,
): Promise<void> {
  groups += 1;
  const consumer = kafka.consumer({ groupId: `interop-${process.pid}-${groups}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = Promise.withResolvers<void>();
  let isDone = false;
  await consumer.run({
    autoCommit: false,
    eachMessage: async (payload) => {
      if (isDone || Number(payload.message.offset) < (from.get(payload.partition) ?? 0)) return;
      isDone = !see(payload);
      if (isDone) done.resolve();
    },
  });
  for (const [partition, offset] of from) consumer.seek({ topic, partition, offset: `${offset}` });
  try {
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
}

async function read({ topic, partition, from, count }: Request) {
  const offset = 'offset' in from ? from.offset : await offsetAt(topic, partition, from.time);
  const records: Seen[] = [];
  await readAsGroup(topic, new Map([[partition, offset]]), ({ message }) => {
    const headers = Object.entries(message.headers ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string | null] => [name, digest(bytesFrom(one))]),
    );
    const { key, value, timestamp } = message;
    const place = Number(message.offset);
    records.push({ offset: place, timestamp: Number(timestamp), key: digest(key), value: digest(value), headers });
    return records.length < count;
  });
  return { records };
}

function bytesFrom(value: Buffer | string | undefined | null): Buffer | null {
  if (value === undefined || value === null) return null;
  return Buffer.from(value);
}

/** Where no record is as late as that, kafkajs answers with the end of the partition. */
function offsetAt(topic: string, partition: number, time: number): Promise<number> {
  return withAdmin(async (admin) => {
    const listed = await admin.fetchTopicOffsetsByTimestamp(topic, time);
    return Number(listed.find((one) => one.partition === partition)?.offset);
  });
}

async function offsets({ topic, partition, times }: Request) {
  return withAdmin(async (admin) => {
    const ends = (await admin.fetchTopicOffsets(topic)).find((one) => one.partition === partition);
    const latest = Number(ends?.high);
    const byTime: number[] = [];
    for (const time of times) {
      const listed = await admin.fetchTopicOffsetsByTimestamp(topic, time);
      const offset = Number(listed.find((one) => one.partition === partition)?.offset);
      byTime.push(offset === latest ? -1 : offset);
    }
    return { earliest: Number(ends?.low), latest, byTime };
  });
}

const floodSendRecords = 5_000;

async function flood({ topic, partitions, first = 0, count, codec }: Request) {
  return withProducer(async (producer) => {
    for (let start = 0; start < count; start += floodSendRecords) {
      const length = Math.min(floodSendRecords, count - start);
      const messages = Array.from({ length }, (_, index) => ({
        partition: (first + start + index) % partitions,
        value: `${first + start + index}`,
      }));
      await producer.send({ topic, messages, compression: codecs[codec] ?? 0 });
    }
    return {};
  });
}

async function drain({ topic, partitions, count }: Request) {
  const values = Array.from({ length: partitions }, (): number[] => []);
  let left = count;
  const from = new Map(values.map((_, partition) => [partition, 0]));
  await readAsGroup(topic, from, ({ partition, message }) => {
    values[partition]?.push(Number(message.value));
    left -= 1;
    return left > 0;
  });
  return { values };
}

async function stream({ topic, partitions = 1, count, chunk, pauseMs }: Request) {
  return withProducer(async (producer) => {
    for (let start = 0; start < count; start += chunk) {
      const messages = Array.from({ length: chunk }, (_, index) => ({
        partition: (start + index) % partitions,
        value: `${start + index}`,
      }));
      await producer.send({ topic, messages });
      progress(start + chunk);
      await pause(pauseMs);
    }
    return { acked: count };
  });
}

async function provocation({ kind, topic }: Request): Promise<unknown> {
  const produce = async (partition: number, size: number) => {
    const producer = impatient.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const messages = [{ partition, value: Buffer.alloc(size) }];
    await producer.send({ topic, messages }).finally(() => producer.disconnect());
  };
  const create = (detail: Omit<kafkajs.ITopicConfig, 'topic'>) =>
    withAdmin(async (admin) => {
      const isCreated = await admin.createTopics({ topics: [{ topic, ...detail }] });
      // For a topic that exists kafkajs answers false.
      if (!isCreated) throw new Error('not created');
    }, impatient);
  switch (kind) {
    case 'unknownTopic':
      return produce(0, 1);
    case 'tooLarge':
      return produce(0, 50_000);
    case 'badPartition':
      return produce(99, 1);
    case 'badConfig':
      return create({ configEntries: [{ name: 'retention.ms', value: 'word' }] });
    case 'unknownConfig':
      return create({ configEntries: [{ name: 'no.such.config', value: 'word' }] });
    case 'badName':
    case 'topicExists':
      return create({ numPartitions: 1, replicationFactor: 1 });
    case 'badReplication':
      return create({ numPartitions: 1, replicationFactor: 3 });
    case 'badPartitionCount':
      return create({ numPartitions: 0, replicationFactor: 1 });
    default:
      throw new Error(`no such kind: ${kind}`);
  }
}

await serve(
  {
    hello: () => ({
      codecs: Object.keys(codecs),
      can: ['timestamps', 'header-bytes', 'admin', 'groups', 'groups-only', 'transactions'],
    }),
    write,
    read,
    offsets,
    flood,
    drain,
    stream,
    provoke: (request) =>
      provoked(
        () => (request.group === undefined ? provocation(request) : provocationOnGroup(impatient, request)),
        faultOf,
      ),
    admin: async ({ topic }) => ({ checks: await adminChecks(kafka, topic) }),
    ...memberOps((request) => joinGroup(kafka, faultOf, request)),
    ...transactionOps(kafka),
    committed: (request) => committed(kafka, request),
    groupAdmin: async (request) => ({ checks: await groupAdminChecks(impatient, request) }),
  },
  faultOf,
);
