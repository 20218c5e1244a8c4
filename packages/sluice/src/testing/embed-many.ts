/**
 * A program that embeds brokers, uses each of them, closes them and does nothing more: it must end by itself.
 * Arguments: how many, and a directory if they shall keep their data there.
 */

import { produce } from '@sluice/broker/testing/requests';
import { connectTestClient } from '@sluice/broker/testing/test-client';
import { Sluice } from '../index.ts';

const [count = '1', directory] = process.argv.slice(2);
const brokers = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    Sluice.start({
      topics: [{ name: 'orders' }],
      ...(directory === undefined ? {} : { dataDirectory: `${directory}/${index}` }),
    }),
  ),
);
for (const { bootstrap } of brokers) {
  const client = await connectTestClient(Number(bootstrap.split(':')[1]));
  const { errorCode, baseOffset } = await produce(client, ['a']);
  process.stdout.write(`${errorCode} ${baseOffset}\n`);
  // The connection stays open: closing the broker must end it.
}
await Promise.all(brokers.map((broker) => broker.close()));
process.stdout.write('closed\n');
