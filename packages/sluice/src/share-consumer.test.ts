import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ShareMessage } from './client.ts';
import { AcknowledgementError, DeserializationError, UserError } from './client.ts';
import { Sluice } from './index.ts';
import {
  configureShare,
  drain,
  fill,
  prepareShare,
  SHARE_SETTINGS,
  type Worker,
  worker,
} from './testing/share-stage.ts';

type Message = ShareMessage<string, string, string, string>;

/** Another cluster to be judged by the same: Apache Kafka, with `SHARE_SETTINGS` of `share-stage.ts`. */
const elsewhere = process.env.SHARE_TEST_BOOTSTRAP;
let sluice: Sluice | undefined;
let bootstrap = elsewhere ?? '';
before(async () => {
  if (elsewhere !== undefined) return;
  sluice = await Sluice.start({ settings: SHARE_SETTINGS });
  bootstrap = sluice.bootstrap;
});
after(() => sluice?.close());

/** The next messages of a member; its loop goes on. */
async function take(iterator: AsyncIterator<Message>, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const { value, done } = await iterator.next();
    assert.notEqual(done, true, 'the loop ended');
    messages.push(value);
  }
  return messages;
}

const valuesOf = (messages: readonly Message[]) => messages.map(({ value }) => value);
const loopOf = (consumer: Worker) => consumer[Symbol.asyncIterator]();

describe('a share consumer', { concurrency: true }, () => {
  it('accepts, releases and rejects each message by name', async () => {
    await prepareShare(bootstrap, 'by-name');
    await fill(bootstrap, 'by-name', [['accept', 'release', 'reject']]);
    const told: string[] = [];
    await using consumer = worker(bootstrap, 'by-name', {
      onAcknowledgement: ({ acknowledgement, offsets, error }) => told.push(`${acknowledgement} ${offsets} ${error}`),
    });
    const iterator = loopOf(consumer);
    for (const message of await take(iterator, 3)) {
      assert.equal(message.deliveryCount, 1);
      if (message.value === 'accept') message.accept();
      else if (message.value === 'release') message.release();
      else message.reject();
    }
    await consumer.commit();
    const [again] = await take(iterator, 1);
    assert.deepEqual([again?.value, again?.deliveryCount], ['release', 2]);
    again?.accept();
    await again?.settled();
    assert.deepEqual(told.slice(0, 3).sort(), ['accept 0 undefined', 'reject 2 undefined', 'release 1 undefined']);
    await consumer.close();
    await fill(bootstrap, 'by-name', [['last']]);
    assert.deepEqual(await drain(bootstrap, 'by-name', 1), ['last×1']);
  });

  it('accepts implicitly what came before, and not what it leaves the loop with', async () => {
    await prepareShare(bootstrap, 'implicit');
    await fill(bootstrap, 'implicit', [['a', 'b', 'c']]);
    await using consumer = worker(bootstrap, 'implicit', { acknowledgementMode: 'implicit' });
    for await (const message of consumer) {
      assert.throws(() => message.accept(), UserError);
      if (message.value === 'b') break;
    }
    await consumer.close();
    assert.deepEqual(await drain(bootstrap, 'implicit', 2), ['b×2', 'c×2']);
  });

  it('accepts implicitly all that was handed out when it commits', async () => {
    await prepareShare(bootstrap, 'commit');
    await fill(bootstrap, 'commit', [['a', 'b', 'c']]);
    await using consumer = worker(bootstrap, 'commit', { acknowledgementMode: 'implicit' });
    for await (const message of consumer) {
      if (message.value === 'b') {
        await consumer.commit();
        break;
      }
    }
    await consumer.close();
    assert.deepEqual(await drain(bootstrap, 'commit', 1), ['c×2']);
  });

  it('gives back what it holds when the loop is left, by break or by an error', async () => {
    await prepareShare(bootstrap, 'left');
    await fill(bootstrap, 'left', [['a', 'b', 'c', 'd']]);
    await using consumer = worker(bootstrap, 'left');
    await assert.rejects(async () => {
      for await (const message of consumer) {
        if (message.value === 'a') message.accept();
        if (message.value === 'c') throw new Error('mistake');
      }
    }, /mistake/);
    // Still a member, and still open: the others get them at once.
    assert.deepEqual(await drain(bootstrap, 'left', 3), ['b×2', 'c×2', 'd×2']);
    await consumer.close();
  });

  it('shares one partition with other members', async () => {
    await prepareShare(bootstrap, 'shared');
    const values = Array.from({ length: 200 }, (_, index) => `${index}`);
    await fill(
      bootstrap,
      'shared',
      Array.from({ length: 40 }, (_, batch) => values.slice(batch * 5, batch * 5 + 5)),
    );
    const stop = new AbortController();
    const seen: string[] = [];
    const members = await Promise.all(
      [0, 1].map(async () => {
        await using consumer = worker(bootstrap, 'shared', { maxRecords: 10, acquireMode: 'record_limit' });
        let count = 0;
        for await (const message of await consumer.consume({ topics: ['shared'], signal: stop.signal })) {
          count++;
          seen.push(message.value ?? '');
          message.accept();
          if (seen.length === values.length) stop.abort();
          // Lets the other have its turn.
          if (count % 10 === 0) await consumer.commit();
        }
        await consumer.close();
        return count;
      }),
    );
    assert.deepEqual(
      seen.toSorted((a, b) => Number(a) - Number(b)),
      values,
    );
    assert.ok(
      members.every((count) => count > 0),
      `each had some: ${members}`,
    );
  });

  it('hands out nothing whose lock has ended, and says so of what is accepted late', async () => {
    await prepareShare(bootstrap, 'late', { 'share.record.lock.duration.ms': '1000' });
    await fill(bootstrap, 'late', [['a', 'b', 'c']]);
    await using slow = worker(bootstrap, 'late');
    const iterator = loopOf(slow);
    const [held] = await take(iterator, 1);
    await configureShare(bootstrap, 'late', { 'share.record.lock.duration.ms': '60000' });
    await using other = worker(bootstrap, 'late');
    const taken = await take(loopOf(other), 3);
    assert.deepEqual(valuesOf(taken), ['a', 'b', 'c']);
    assert.equal(taken[0]?.deliveryCount, (held?.deliveryCount ?? 0) + 1);
    assert.ok((held?.lockRemainingMs ?? 0) <= 0);
    await fill(bootstrap, 'late', [['d']]);
    const [next] = await take(iterator, 1);
    assert.equal(next?.value, 'd', 'b and c are others since');
    held?.accept();
    next?.accept();
    await assert.rejects(slow.commit(), (error) => {
      assert.ok(error instanceof AcknowledgementError);
      assert.deepEqual(
        error.failures.map(({ offset }) => offset),
        [0n],
        'what is late takes nothing with it',
      );
      return true;
    });
    await assert.rejects(held?.settled() ?? Promise.resolve(), { code: 'SLUICE_ACKNOWLEDGEMENT' });
    await next?.settled();
  });

  it('keeps a message whose lock it renews', async () => {
    await prepareShare(bootstrap, 'renewed', { 'share.record.lock.duration.ms': '4000' });
    await fill(bootstrap, 'renewed', [['a', 'b']]);
    await using consumer = worker(bootstrap, 'renewed');
    const [kept] = await take(loopOf(consumer), 2);
    await configureShare(bootstrap, 'renewed', { 'share.record.lock.duration.ms': '60000' });
    kept?.renew();
    await kept?.settled();
    assert.ok((kept?.lockRemainingMs ?? 0) > 4_000);
    assert.equal(kept?.acknowledgement, undefined);
    // Another member gets b once its lock has ended; by then that of a would have, too.
    assert.deepEqual(await drain(bootstrap, 'renewed', 1), ['b×2']);
    kept?.accept();
    await kept?.settled();
  });

  it('meets a poison message as often as the group allows', async () => {
    await prepareShare(bootstrap, 'poison', { 'share.delivery.count.limit': '3' });
    await fill(bootstrap, 'poison', [['poison'], ['fine']]);
    await using consumer = worker(bootstrap, 'poison');
    const seen: string[] = [];
    for await (const message of consumer) {
      seen.push(`${message.value}×${message.deliveryCount}`);
      if (message.value === 'poison') message.release();
      else message.accept();
      if (seen.length === 4) break;
    }
    assert.deepEqual(seen.toSorted(), ['fine×1', 'poison×1', 'poison×2', 'poison×3']);
    await fill(bootstrap, 'poison', [['next']]);
    assert.deepEqual(await drain(bootstrap, 'poison', 1), ['next×1']);
  });

  it('ends the loop on a message that cannot be deserialized, or does with it as it is told', async () => {
    await prepareShare(bootstrap, 'unread');
    await fill(bootstrap, 'unread', [['{}', '{', '[]']], 'zstd');
    const deserializers = { value: (data?: Buffer) => JSON.stringify(JSON.parse(String(data))) };
    await using strict = worker(bootstrap, 'unread', { deserializers });
    await assert.rejects(async () => {
      for await (const message of strict) message.accept();
    }, DeserializationError);
    await strict.close();
    const onDeserializationError = () => 'reject' as const;
    await using lenient = worker(bootstrap, 'unread', { deserializers, onDeserializationError });
    const [last] = await take(loopOf(lenient), 1);
    assert.equal(last?.value, '[]');
    last?.accept();
    await lenient.close();
    await fill(bootstrap, 'unread', [['1']]);
    assert.deepEqual(await drain(bootstrap, 'unread', 1), ['1×1']);
  });

  it('refuses what cannot be: two loops, two iterators, two acknowledgements, options', async () => {
    await prepareShare(bootstrap, 'refused');
    await fill(bootstrap, 'refused', [['a']]);
    await using consumer = worker(bootstrap, 'refused');
    const messages = await consumer.consume({ topics: ['refused'] });
    const iterator = messages[Symbol.asyncIterator]();
    assert.throws(() => messages[Symbol.asyncIterator](), UserError);
    await assert.rejects(consumer.consume({ topics: ['refused'] }), UserError);
    const [message] = await take(iterator, 1);
    await assert.rejects(message?.settled() ?? Promise.resolve(), UserError);
    message?.accept();
    assert.throws(() => message?.accept(), UserError);
    assert.throws(() => message?.release(), UserError);
    assert.throws(() => message?.renew(), UserError);
    await consumer.close();
    await consumer.close();
    await message?.settled();
    assert.deepEqual(await iterator.next(), { value: undefined, done: true });
    await assert.rejects(consumer.consume({ topics: ['refused'] }), UserError);
    await assert.rejects(consumer.commit(), UserError);
    assert.throws(() => worker(bootstrap, 'refused', { maxRecords: 0 }), UserError);
    assert.throws(() => worker(bootstrap, 'refused', { bootstrapBrokers: [] }), UserError);
  });

  it('says of what is acknowledged after it was closed that it does not count', async () => {
    await prepareShare(bootstrap, 'closed');
    await fill(bootstrap, 'closed', [['a']]);
    await using consumer = worker(bootstrap, 'closed');
    const [message] = await take(loopOf(consumer), 1);
    await consumer.close();
    message?.accept();
    await assert.rejects(message?.settled() ?? Promise.resolve(), { code: 'SLUICE_ACKNOWLEDGEMENT' });
    assert.deepEqual(await drain(bootstrap, 'closed', 1), ['a×2']);
  });

  it('lets the loop end by itself on a signal, and what is in hand be acknowledged', async () => {
    await prepareShare(bootstrap, 'signal');
    await fill(bootstrap, 'signal', [['a', 'b']]);
    await using consumer = worker(bootstrap, 'signal');
    const stop = new AbortController();
    const inHand: Message[] = [];
    for await (const message of await consumer.consume({ topics: ['signal'], signal: stop.signal })) {
      inHand.push(message);
      stop.abort();
    }
    assert.deepEqual(valuesOf(inHand), ['a']);
    inHand[0]?.accept();
    await consumer.commit();
    await consumer.close();
    assert.deepEqual(await drain(bootstrap, 'signal', 1), ['b×2']);
  });

  it('takes another loop, of other topics, after the first', async () => {
    await prepareShare(bootstrap, 'first');
    await prepareShare(bootstrap, 'second');
    await fill(bootstrap, 'first', [['a']]);
    await fill(bootstrap, 'second', [['b']]);
    await using consumer = worker(bootstrap, 'first');
    for (const topic of ['first', 'second']) {
      for await (const message of await consumer.consume({ topics: [topic] })) {
        assert.equal(message.topic, topic);
        message.accept();
        break;
      }
    }
  });

  it('fails as the network does where no broker is', async () => {
    await using consumer = worker('127.0.0.1:1', 'nobody', { timeout: 300 });
    await assert.rejects(consumer.consume({ topics: ['nobody'] }), { code: 'SLUICE_NETWORK', canRetry: true });
    await consumer.close();
  });
});
