import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sluice } from './index.ts';
import { fill, prepareShare, SHARE_SETTINGS, worker } from './testing/share-stage.ts';

/** Another cluster to be judged by the same, as in `share-consumer.test.ts`. */
const elsewhere = process.env.SHARE_TEST_BOOTSTRAP;
let sluice: Sluice | undefined;
let bootstrap = elsewhere ?? '';
before(async () => {
  if (elsewhere !== undefined) return;
  sluice = await Sluice.start({ settings: SHARE_SETTINGS });
  bootstrap = sluice.bootstrap;
});
after(() => sluice?.close());

describe('consume() of a share consumer', { concurrency: true }, () => {
  for (const acquireMode of ['batch_optimized', 'record_limit'] as const) {
    it(`misses nothing that is sent after it, in a group that is new and begins at the end: ${acquireMode}`, async () => {
      const name = `from-the-end.${acquireMode}`;
      const partitions = [0, 1, 2];
      await prepareShare(bootstrap, name, { 'share.auto.offset.reset': 'latest' }, partitions.length);
      const send = (value: string) =>
        Promise.all(
          partitions.map((partition) => fill(bootstrap, name, [[`${value} ${partition}`]], 'none', partition)),
        );
      await send('before');
      await using consumer = worker(bootstrap, name, { acquireMode });
      const messages = await consumer.consume({ topics: [name] });
      await send('after');
      const values: string[] = [];
      for await (const message of messages) {
        message.accept();
        values.push(message.value ?? '');
        if (values.length === partitions.length) break;
      }
      assert.deepEqual(values.sort(), ['after 0', 'after 1', 'after 2']);
    });
  }

  it('settles for each member of a group that has more of them than partitions', async () => {
    await prepareShare(bootstrap, 'crowd', { 'share.auto.offset.reset': 'latest' });
    const crowd = Array.from({ length: 5 }, () => worker(bootstrap, 'crowd'));
    await Promise.all(crowd.map((consumer) => consumer.consume({ topics: ['crowd'] })));
    for (const consumer of crowd) assert.deepEqual(consumer.assignments, [{ topic: 'crowd', partitions: [0] }]);
    await Promise.all(crowd.map((consumer) => consumer.close()));
  });
});
