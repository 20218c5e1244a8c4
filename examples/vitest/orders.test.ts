import { Producer, stringSerializers } from '@platformatic/kafka';
import { Sluice } from 'sluice';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOrder } from './orders.ts';

// One broker for the tests of this file. Vitest runs other files in other workers at the same time, each with its own.
describe('orders', () => {
  let sluice: Sluice;
  let producer: Producer<string, string, string, string>;

  beforeAll(async () => {
    sluice = await Sluice.start({ topics: [{ name: 'orders', partitions: 3 }] });
    producer = new Producer({
      clientId: 'shop',
      bootstrapBrokers: [sluice.bootstrap],
      serializers: stringSerializers,
    });
  });

  afterAll(async () => {
    await producer.close();
    await sluice.close();
  });

  it('of one customer go to one partition', async () => {
    const first = await placeOrder(producer, { customer: 'alice', item: 'apples' });
    expect(await placeOrder(producer, { customer: 'alice', item: 'pears' })).toBe(first);
  });

  it('of many customers are spread', async () => {
    const customers = Array.from({ length: 30 }, (_, index) => `customer-${index}`);
    const partitions = await Promise.all(customers.map((customer) => placeOrder(producer, { customer, item: 'figs' })));
    expect(new Set(partitions)).toEqual(new Set([0, 1, 2]));
  });
});
