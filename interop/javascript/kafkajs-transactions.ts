import type { Kafka, Producer, Transaction } from 'kafkajs';
import { pause, type Request } from './serve.ts';

type Open = { readonly producer: Producer; transaction?: Transaction };

const patienceMs = 20_000;
const sendRecords = 20;

/** Transactions of CONTRACT.md by kafkajs: its consumers always join a group. */
export function transactionOps(kafka: Kafka) {
  const open = new Map<string, Open>();
  let readers = 0;

  const openProducer = async ({ transactionalId, timeoutMs = 60_000 }: Request) => {
    const retry = { retries: 5 };
    const producer = kafka.producer({
      transactionalId,
      transactionTimeout: timeoutMs,
      idempotent: true,
      maxInFlightRequests: 1,
      retry,
    });
    await producer.connect();
    return producer;
  };

  async function transaction(request: Request) {
    const { producer: name, what } = request;
    if (what === 'open') {
      const producer = await openProducer(request);
      open.set(name, { producer });
      return {};
    }
    const one = open.get(name);
    if (one === undefined) throw new Error(`no such producer: ${name}`);
    if (what === 'begin') {
      one.transaction = await one.producer.transaction();
    } else if (what === 'close') {
      open.delete(name);
      await one.producer.disconnect();
    } else if (one.transaction !== undefined) {
      await step(one.transaction, request);
    }
    return {};
  }

  async function step(transaction: Transaction, { what, to, topic, group, offset }: Request) {
    if (what === 'send') await transaction.sendBatch({ topicMessages: byTopic(to) });
    if (what === 'offsets')
      await transaction.sendOffsets({
        consumerGroupId: group,
        topics: [{ topic, partitions: [{ partition: 0, offset: `${offset}` }] }],
      });
    if (what === 'commit') await transaction.commit();
    if (what === 'abort') await transaction.abort();
  }

  /** Until `count` came, and then for as long as `silenceMs`. */
  async function readIsolated({ topic, partitions, isolation, count, silenceMs }: Request) {
    readers += 1;
    const values = Array.from({ length: partitions }, (): number[] => []);
    const consumer = kafka.consumer({
      groupId: `isolated-${process.pid}-${readers}`,
      readUncommitted: isolation === 'read_uncommitted',
      maxWaitTimeInMs: 50,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let left = count;
    const joined = Promise.withResolvers<void>();
    const enough = Promise.withResolvers<void>();
    consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        values[partition]?.push(Number(message.value));
        left -= 1;
        if (left === 0) enough.resolve();
      },
    });
    await joined.promise;
    if (count > 0) await Promise.race([enough.promise, pause(patienceMs)]);
    await pause(silenceMs);
    await consumer.disconnect();
    return { values };
  }

  /** Batch by batch in transactions with the offsets; each third is aborted and done again. */
  async function copy(request: Request) {
    const { topic, into, group, count } = request;
    const producer = await openProducer(request);
    const consumer = kafka.consumer({
      ...{ groupId: group, maxWaitTimeInMs: 50 },
      ...{ sessionTimeout: 6_000, heartbeatInterval: 1_000 },
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let left = count;
    let round = 0;
    let aborted = 0;
    const done = Promise.withResolvers<void>();
    consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch: { partition, messages }, resolveOffset }) => {
        for (let at = 0; at < messages.length; ) {
          const some = messages.slice(at, at + sendRecords);
          const last = some.at(-1)?.offset ?? '0';
          const attempt = await producer.transaction();
          await attempt.send({ topic: into, messages: some.map(({ value }) => ({ partition, value })) });
          const place = { partition, offset: `${BigInt(last) + 1n}` };
          await attempt.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [place] }] });
          if (round++ % 3 === 1) {
            await attempt.abort();
            aborted += 1;
            continue;
          }
          await attempt.commit();
          resolveOffset(last);
          at += some.length;
          left -= some.length;
        }
        if (left <= 0) done.resolve();
      },
    });
    await done.promise;
    await consumer.disconnect();
    await producer.disconnect();
    return { aborted };
  }

  return { transaction, readIsolated, copy };
}

function byTopic(to: Request['to']) {
  return [...new Set(to.map(([topic]) => topic))].map((topic) => ({
    topic,
    messages: to
      .filter(([of]) => of === topic)
      .map(([, partition, value, key = null]) => ({ partition, key, value: `${value}` })),
  }));
}
