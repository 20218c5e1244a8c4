import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { openTally } from '../testing/tally-fixture.ts';
import { STEPS_WAITING_MAX } from './hosted-shard.ts';

test('so many steps wait for their commit and not one more; when they are committed others may come', async () => {
  const tally = await openTally();
  const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 1000 } : undefined));
  tally.runtime.load(0, tally.log, 0);
  const set = (count: number) => tally.runtime.run<string>(0, (shard, _now, pending) => shard.set('a', count, pending));
  const waiting = Array.from({ length: STEPS_WAITING_MAX }, (_, count) => set(count));
  assert.deepEqual(await set(-1), { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
  assert.equal(tally.shard.counts.get('a'), STEPS_WAITING_MAX - 1);
  await tally.clock.advance(10_000);
  for (const result of await Promise.all(waiting)) assert('response' in result);
  heal();
  assert.deepEqual(await set(7), { response: 'a is 7' });
  await tally.log.close();
});
