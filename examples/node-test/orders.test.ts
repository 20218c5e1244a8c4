import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { Sluice } from 'sluice';
import { placeOrder } from './orders.ts';

/** A producer that is closed at the end of the scope, as the broker is. */
function createProducer(sluice: Sluice) {
  const producer = new Producer({
    clientId: 'shop',
    bootstrapBrokers: [sluice.bootstrap],
    serializers: stringSerializers,
    retries: 0,
  });
  return Object.assign(producer, { [Symbol.asyncDispose]: () => producer.close() });
}

async function recordCount(sluice: Sluice, partition: number): Promise<bigint | undefined> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [sluice.bootstrap] });
  try {
    const partitions = [{ partitionIndex: partition, timestamp: -1n }];
    const [topic] = await admin.listOffsets({ topics: [{ name: 'orders', partitions }] });
    return topic?.partitions[0]?.offset;
  } finally {
    await admin.close();
  }
}

// Each test has a broker of its own: nothing of one test can be seen by another, and they may run at the same time.
describe('orders', { concurrency: true }, () => {
  it('of one customer go to one partition', async () => {
    await using sluice = await Sluice.start({ topics: [{ name: 'orders', partitions: 3 }] });
    await using producer = createProducer(sluice);
    const first = await placeOrder(producer, { customer: 'alice', item: 'apples' });
    const second = await placeOrder(producer, { customer: 'alice', item: 'pears' });
    assert.equal(second, first);
    assert.equal(await recordCount(sluice, first), 2n);
  });

  it('need their topic', async () => {
    await using sluice = await Sluice.start({ settings: { 'auto.create.topics.enable': 'false' } });
    await using producer = createProducer(sluice);
    await assert.rejects(placeOrder(producer, { customer: 'alice', item: 'apples' }));
  });
});
