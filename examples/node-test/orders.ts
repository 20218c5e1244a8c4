import type { Producer } from '@platformatic/kafka';

export interface Order {
  readonly customer: string;
  readonly item: string;
}

/** The code under test: orders of one customer go to one partition, so that they stay in order. */
export async function placeOrder(producer: Producer<string, string, string, string>, order: Order): Promise<number> {
  const { offsets } = await producer.send({
    messages: [{ topic: 'orders', key: order.customer, value: JSON.stringify(order) }],
  });
  const partition = offsets?.[0]?.partition;
  if (partition === undefined) throw new Error('the order was not acknowledged');
  return partition;
}
