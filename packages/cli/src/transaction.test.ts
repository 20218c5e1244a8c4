import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Broker, openBroker } from '@sluice/client/broker';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { Sluice } from 'sluice';
import { parseAddress } from './input/address.ts';
import { commandsAgainst } from './testing/commands-against.ts';

const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const TRANSACTION_KEY = 1;
/** Of clients that bring a partition into the transaction before they write to it. */
const PRODUCE_VERSION = 11;
/** Any Kafka would let it hang as well. */
const STRANGER = { producerId: 987_654, producerEpoch: 3 };

let sluice: Sluice | undefined;
let broker: Broker | undefined;
const commands = commandsAgainst(() => sluice?.bootstrap ?? '');
const { succeed, json, fail, run } = commands;

/** A producer with a transactional id that has no transaction yet. */
async function producer(transactionalId: string) {
  assert(broker !== undefined);
  await broker.request(FIND_COORDINATOR, () => ({ keyType: TRANSACTION_KEY, coordinatorKeys: [transactionalId] }));
  const { errorCode, ...begun } = await broker.request(INIT_PRODUCER_ID, () => ({
    transactionalId,
    transactionTimeoutMs: 60_000,
  }));
  assert.equal(errorCode, 0);
  return { transactionalId, producerId: begun.producerId, producerEpoch: begun.producerEpoch };
}

async function write(topic: string, by: { transactionalId: string; producerId: number; producerEpoch: number }) {
  assert(broker !== undefined);
  const { producerId, producerEpoch } = by;
  const record = { key: null, value: Buffer.from('value'), timestampMs: Date.now() };
  const records = buildBatch([record], { producerId, producerEpoch, baseSequence: 0, isTransactional: true });
  const { responses } = await broker.request(
    PRODUCE,
    () => ({
      transactionalId: by.transactionalId,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    }),
    { versionMax: PRODUCE_VERSION },
  );
  assert.equal(responses[0]?.partitionResponses[0]?.errorCode, 0);
}

describe('sluice transaction', () => {
  before(async () => {
    // Without it a transaction that nobody began cannot be made here.
    const settings = {
      'transaction.state.log.num.partitions': '3',
      'transaction.partition.verification.enable': 'false',
    };
    sluice = await Sluice.start({ settings, topics: [{ name: 'orders' }, { name: 'hangs' }] });
    const target = parseAddress(sluice.bootstrap, 0);
    assert(target !== undefined);
    broker = await openBroker(target, { network: realNetwork, clock: realClock, clientId: 'test', timeoutMs: 30_000 });
  });
  after(async () => {
    broker?.close();
    await sluice?.close();
  });

  it('lists and describes transactional ids', async () => {
    const by = await producer('t-list');
    await producer('t-other');
    assert.match(
      await succeed('transaction list'),
      /^TRANSACTIONAL ID +STATE +PRODUCER +COORDINATOR\nt-list +Empty +\d+ +\d+\nt-other /,
    );
    const ids = async (filter: string) =>
      (await json(`transaction list ${filter}`)).map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids('--pattern t-l.*'), ['t-list']);
    assert.deepEqual(await ids(`--producer-id ${by.producerId}`), ['t-list']);
    assert.deepEqual(await ids('--state ongoing'), []);
    const [described] = await json('transaction describe t-list');
    assert.equal(described.state, 'Empty');
    assert.equal(described.started, null);
    assert.match(
      await succeed('transaction describe t-list'),
      /State +Empty: no transaction so far\nProducer +\d+, epoch 0\n/,
    );
    const { code, out, err } = await run('transaction describe t-list t-none --json');
    assert.equal(code, 3);
    assert.equal(JSON.parse(out).length, 1);
    assert.match(err, /t-none/);
    await fail('transaction list --producer-id some', 'usage', /no producer id/);
    await fail('transaction list --state gone', 'usage', /must be one of/);
    await fail(
      'transaction list --pattern (',
      'usage',
      /^error: \( is no regular expression for the broker; correct --pattern/,
    );
  });

  it('finds what hangs, and ends it', async () => {
    assert.deepEqual(await json('transaction find-hanging --older-than 0s'), []);
    await write('hangs', { transactionalId: 'nobody', ...STRANGER });
    assert.deepEqual(await json('transaction find-hanging'), [], 'it is young');
    const [hanging] = await json('transaction find-hanging --older-than 0s');
    assert.equal(hanging.topic, 'hangs');
    assert.equal(hanging.startOffset, 0);
    assert.equal(hanging.producerId, STRANGER.producerId);
    assert.equal(hanging.id, null);
    assert.match(
      await succeed('transaction find-hanging --topic hangs --older-than 0s'),
      /^TOPIC +PARTITION +START OFFSET +PRODUCER +EPOCH +TRANSACTIONAL ID\nhangs +0 +0 +987654 +3 +-\n$/,
    );
    await fail('transaction abort --topic hangs --partition 0', 'usage', /give either --start-offset or --producer-id/);
    await fail('transaction abort --topic hangs --partition 0 --start-offset 7', 'not-found', /no such transaction/);
    await fail('transaction abort --topic hangs --partition 5 --start-offset 0', 'not-found', /no partition 5; it has/);
    await fail('transaction find-hanging --topic none', 'not-found', /topic none does not exist/);
    await fail('transaction abort --topic none --partition 0 --start-offset 0', 'not-found', /does not exist/);
    assert.match(
      await succeed('transaction abort --topic hangs --partition 0 --start-offset 0'),
      /^aborted the transaction of producer 987654 in hangs 0, open since offset 0\n$/,
    );
    assert.deepEqual(await json('transaction find-hanging --older-than 0s'), []);
  });
});
