import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionLog } from '@sluice/log/partition-log';
import { Unsettled } from '../define-api.ts';
import { beginWhenReady } from './begin-when-ready.ts';

/** A log whose files are read when `read` is called. */
function restingLog() {
  const waiting: (() => void)[] = [];
  const log = { isReady: false, whenReady: (action: () => void) => void waiting.push(action) };
  const read = () => {
    log.isReady = true;
    for (const action of waiting.splice(0)) action();
  };
  return { log: log as unknown as PartitionLog, read };
}

test('a request whose logs are all ready begins at once', () => {
  const { log, read } = restingLog();
  read();
  assert.equal(
    beginWhenReady([log], () => 'begun'),
    'begun',
  );
});

test('a request waits for every log that is not ready, and holds back its connection until it took effect', async () => {
  const [one, other] = [restingLog(), restingLog()];
  const told: string[] = [];
  const begun = beginWhenReady([one.log, other.log], () => {
    told.push('begun');
    return new Unsettled(
      Promise.resolve().then(() => void told.push('took effect')),
      Promise.resolve('reply'),
    );
  });
  assert(begun instanceof Unsettled);
  one.read();
  await Promise.resolve();
  assert.deepEqual(told, []);
  other.read();
  await begun.effects;
  assert.deepEqual(told, ['begun', 'took effect']);
  assert.equal(await begun.reply, 'reply');
});
