import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sluice } from './index.ts';
import { fill, prepareShare, SHARE_SETTINGS, worker } from './testing/share-stage.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

test('a share consumer goes on when its broker is back, and gets nothing again that was accepted', async () => {
  using directory = temporaryDirectory();
  const start = (port = 0) => Sluice.start({ dataDirectory: directory.path, port, settings: SHARE_SETTINGS });
  const first = await start();
  const { bootstrap } = first;
  await prepareShare(bootstrap, 'jobs');
  await fill(bootstrap, 'jobs', [['accepted', 'in hand', 'unread']]);
  const failures: string[] = [];
  await using consumer = worker(bootstrap, 'jobs', {
    retryDelay: 50,
    onAcknowledgement({ offsets, error }) {
      if (error !== undefined) failures.push(`${offsets} ${error.code}`);
    },
  });
  const iterator = consumer[Symbol.asyncIterator]();
  const { value: accepted } = await iterator.next();
  accepted.accept();
  await accepted.settled();
  const { value: inHand } = await iterator.next();
  await first.close();

  await using second = await start(Number(bootstrap.split(':')[1]));
  const values = [(await iterator.next()).value, (await iterator.next()).value];
  // A delivery that nobody acknowledged is not kept: it does not count.
  assert.deepEqual(
    values.map(({ value }) => value),
    ['in hand', 'unread'],
  );
  inHand.accept();
  await assert.rejects(inHand.settled(), { code: 'SLUICE_ACKNOWLEDGEMENT' });
  assert.equal(failures.length, 1);
  for (const message of values) message.accept();
  await assert.rejects(consumer.commit(), { message: /^1 acknowledged messages may come again: jobs-0, offset 1/ });
  await consumer.commit();

  await fill(second.bootstrap, 'jobs', [['last']]);
  const { value: last } = await iterator.next();
  assert.equal(last.value, 'last');
  last.accept();
  await consumer.close();
});
