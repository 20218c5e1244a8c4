import { Consumer, type Message, Producer } from '@platformatic/kafka';
import { pause, type Request } from './serve.ts';

type Common = { readonly clientId: string; readonly bootstrapBrokers: string[]; readonly autocreateTopics: boolean };
type Open = {
  readonly producer: Producer;
  transaction?: Awaited<ReturnType<Producer['beginTransaction']>>;
};

const patienceMs = 20_000;
const sendRecords = 20;
const isolations = { read_uncommitted: 0, read_committed: 1 } as const;

/** Transactions of CONTRACT.md by @platformatic/kafka. */
export function transactionOps(common: Common) {
  const open = new Map<string, Open>();
  let readers = 0;

  /** What it asks for as the transaction's timeout is its requests'. */
  const openProducer = ({ transactionalId, timeoutMs }: Request) =>
    new Producer({
      ...common,
      transactionalId,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      idempotent: true,
      acks: -1,
      retries: 5,
      retryDelay: 100,
    });

  async function transaction(request: Request) {
    const { producer: name, what, to } = request;
    if (what === 'open') {
      open.set(name, { producer: openProducer(request) });
      return {};
    }
    const one = open.get(name);
    if (one === undefined) throw new Error(`no such producer: ${name}`);
    if (what === 'begin') {
      one.transaction = await one.producer.beginTransaction();
    } else if (what === 'close') {
      open.delete(name);
      await one.producer.close(true);
    } else if (what === 'send') {
      const messages = to.map(([topic, partition, value, key]) => ({
        ...{ topic, partition, value: Buffer.from(`${value}`) },
        ...(key === undefined ? {} : { key: Buffer.from(key) }),
      }));
      await one.transaction?.send({ messages });
    } else if (what === 'commit') {
      await one.transaction?.commit();
    } else if (what === 'abort') {
      await one.transaction?.abort();
    }
    return {};
  }

  const openConsumer = async (groupId: string, topic: string, isolation: Request['isolation']) => {
    const consumer = new Consumer({
      ...common,
      ...{ groupId, retries: 5, retryDelay: 100 },
      ...{ sessionTimeout: 6_000, heartbeatInterval: 1_000 },
    });
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
      maxWaitTime: 50,
      isolationLevel: isolations[isolation],
    });
    return { consumer, stream };
  };

  /** Until `count` came, and then for as long as `silenceMs`. */
  async function readIsolated({ topic, partitions, isolation, count, silenceMs }: Request) {
    readers += 1;
    const values = Array.from({ length: partitions }, (): number[] => []);
    const { consumer, stream } = await openConsumer(`isolated-${process.pid}-${readers}`, topic, isolation);
    let left = count;
    const enough = Promise.withResolvers<void>();
    stream.on('data', ({ partition, value }) => {
      values[partition]?.push(Number(value));
      left -= 1;
      if (left === 0) enough.resolve();
    });
    if (count > 0) await Promise.race([enough.promise, pause(patienceMs)]);
    await pause(silenceMs);
    await stream.close();
    await consumer.close(true);
    return { values };
  }

  /**
   * Some records at a time in transactions with the offsets; one is aborted and done again. Not more: of several that one
   * producer aborted, its consumer hides the last of a fetch only.
   */
  async function copy(request: Request) {
    const { topic, into, group, count } = request;
    const producer = openProducer(request);
    const { consumer, stream } = await openConsumer(group, topic, 'read_committed');
    const records = stream[Symbol.asyncIterator]();
    let aborted = 0;
    let round = 0;
    for (let left = count; left > 0; ) {
      const some: Message<Buffer, Buffer, Buffer, Buffer>[] = [];
      while (some.length < Math.min(sendRecords, left)) {
        const { value } = await records.next();
        if (value === undefined) throw new Error('the stream ended');
        some.push(value);
      }
      for (let isDone = false; !isDone; round += 1) {
        isDone = round !== 1;
        const attempt = await producer.beginTransaction();
        await attempt.send({ messages: some.map(({ partition, value }) => ({ topic: into, partition, value })) });
        await attempt.addConsumer(consumer);
        for (const one of some) await attempt.addOffset(one);
        if (isDone) await attempt.commit();
        else await attempt.abort();
        aborted += isDone ? 0 : 1;
      }
      left -= some.length;
    }
    await stream.close();
    await consumer.close(true);
    await producer.close();
    return { aborted };
  }

  return { transaction, readIsolated, copy };
}
