import { setTimeout as pause } from 'node:timers/promises';
import { ShareConsumer, type ShareConsumerOptions, type ShareMessage } from 'sluice/client';
import { createChecks, expect, type Request } from './serve.ts';

const recordCount = 90;

/** `sluice/client` in each of its ways; the runner sees to it that nothing is left. */
export async function shareChecks(bootstrap: string, { topic: prefix }: Request) {
  const { checks, run } = createChecks();
  const emptied: string[] = [];
  const scene = (name: string, title: string, check: (topic: string) => Promise<void>) => {
    const topic = `${prefix}.${name}`;
    emptied.push(topic);
    return run(title, () => check(topic));
  };

  function open(topic: string, options: Partial<ShareConsumerOptions> = {}): ShareConsumer {
    return new ShareConsumer({
      clientId: 'interop',
      groupId: `${topic}.group`,
      topics: [topic],
      bootstrapBrokers: bootstrap.split(','),
      acknowledgementMode: 'explicit',
      maxWaitTime: 200,
      timeout: 30_000,
      ...options,
    });
  }

  /** Sees so many messages, and lets the loop end by itself: what was said of them is settled. */
  async function take(consumer: ShareConsumer, topic: string, count: number, see: (message: ShareMessage) => void) {
    const messages = await consumer.consume({ topics: [topic] });
    const iterator = messages[Symbol.asyncIterator]();
    for (let taken = 0; taken < count; taken++) {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error(`the loop ended after ${taken} messages`);
      see(value);
    }
    await consumer.commit();
    await messages.close();
  }

  await scene('implicit', 'what came before is accepted with the next message', async (topic) => {
    await using consumer = open(topic, { acknowledgementMode: 'implicit' });
    let times = 0;
    await take(consumer, topic, recordCount, ({ deliveryCount }) => {
      times = Math.max(times, deliveryCount);
    });
    expect('times', times, 1);
  });

  await scene('explicit', 'accept, release, reject', async (topic) => {
    await using consumer = open(topic);
    let again = 0;
    await take(consumer, topic, recordCount + recordCount / 3, (message) => {
      const fate = (['accept', 'release', 'reject'] as const)[Number(message.offset % 3n)] ?? 'accept';
      if (message.deliveryCount === 1) return message[fate]();
      expect('which comes again', fate, 'release');
      expect('times', message.deliveryCount, 2);
      message.accept();
      again++;
    });
    expect('again', again, recordCount / 3);
  });

  await scene('asynchronous', 'what is accepted is sent without being waited for, and told', async (topic) => {
    let told = 0;
    await using consumer = open(topic, {
      onAcknowledgement({ offsets, error }) {
        if (error === undefined) told += offsets.length;
      },
    });
    const iterator = consumer[Symbol.asyncIterator]();
    for (let taken = 0; taken < recordCount; taken++) (await iterator.next()).value.accept();
    while (told < recordCount) await pause(20);
  });

  await scene('renew', 'locks are renewed', async (topic) => {
    await using consumer = open(topic, { acquireMode: 'record_limit', maxRecords: 10 });
    const kept: ShareMessage[] = [];
    await take(consumer, topic, 10, (message) => kept.push(message));
    for (const fate of ['renew', 'renew', 'accept'] as const) {
      for (const message of kept) message[fate]();
      await consumer.commit();
    }
    await take(consumer, topic, recordCount - 10, (message) => message.accept());
  });

  await scene('closing', 'a closed consumer gives back what it has not acknowledged', async (topic) => {
    const first = open(topic);
    const iterator = first[Symbol.asyncIterator]();
    (await iterator.next()).value.accept();
    await iterator.next();
    await first.close();
    await using other = open(topic);
    await take(other, topic, recordCount - 1, (message) => message.accept());
  });

  await scene('members', 'members share a partition', async (topic) => {
    const stop = new AbortController();
    const seen = new Set<bigint>();
    let deliveries = 0;
    const counts = await Promise.all(
      [0, 1].map(async () => {
        await using consumer = open(topic, { acquireMode: 'record_limit', maxRecords: 5 });
        let count = 0;
        for await (const message of await consumer.consume({ topics: [topic], signal: stop.signal })) {
          count++;
          deliveries++;
          seen.add(message.offset);
          message.accept();
          await message.settled();
          if (seen.size === recordCount) stop.abort();
        }
        return count;
      }),
    );
    expect('deliveries', deliveries, recordCount);
    expect(
      'both have some',
      counts.every((count) => count > 0),
      true,
    );
  });

  return { checks, emptied };
}
