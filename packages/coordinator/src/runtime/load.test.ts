import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogFields, Logger } from '@sluice/kernel/logger';
import { appendOptions } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { get, openTally, serving, set, type TallyFixture } from '../testing/tally-fixture.ts';
import { NOTHING } from './coordinator-shard.ts';
import { MISSED_DECISIONS_MAX } from './create-runtime.ts';

function collectingLogger(lines: { message: string; fields: LogFields }[]): Logger {
  const add = (message: string, fields: LogFields = {}) => void lines.push({ message, fields });
  const logger: Logger = { debug: add, info: add, warn: add, error: add, with: () => logger };
  return logger;
}

async function serveOnce(tally: TallyFixture): Promise<void> {
  tally.runtime.load(0, tally.log, 0);
  await set(tally, 'a', 1);
}

describe('coordinator runtime: load', () => {
  test('the state after a load is the state before, compressed batches and tombstones too', async () => {
    const tally = await serving({ codec: 'gzip', batchSizeBytesMax: 2000 });
    await Promise.all(Array.from({ length: 500 }, (_, index) => set(tally, `n${index % 50}`, index)));
    await set(tally, 'n3', null);
    const before = tally.shard;
    tally.runtime.load(0, tally.log, 4);
    assert.deepEqual(await get(tally, 'n3'), { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS });
    assert.deepEqual([...tally.runtime.loading], [0]);
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.notEqual(tally.shard, before);
    assert.deepEqual(tally.shard.counts, before.counts);
    assert.deepEqual(tally.shard.applied, before.applied);
    await tally.log.close();
  });

  test('unknown types are skipped and told once; markers end what their transaction wrote', async () => {
    const lines: { message: string; fields: LogFields }[] = [];
    const tally = await openTally({ logger: collectingLogger(lines) });
    const unknown = { key: Buffer.from([0, 9, 1]), value: 'x' };
    const known = { key: Buffer.from([0, 1, 97]), value: '4' };
    const coordinator = appendOptions({ origin: 'coordinator' });
    tally.log.append(buildBatch([unknown, unknown, known]), coordinator);
    const transaction = { producerId: 1, producerEpoch: 0, isTransactional: true };
    tally.log.append(buildBatch([{ ...known, value: '8' }], transaction), coordinator);
    const marker = { key: Buffer.from([0, 0, 0, 1]), value: Buffer.from([0, 0, 0, 0, 0, 0]) };
    tally.log.append(buildBatch([marker], { ...transaction, isControlBatch: true }), coordinator);
    tally.runtime.load(0, tally.log, 0);
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.deepEqual(
      tally.shard.applied.map(({ count, producerId, isTransactional }) => ({ count, producerId, isTransactional })),
      [
        { count: 4, producerId: -1, isTransactional: false },
        { count: 8, producerId: 1, isTransactional: true },
      ],
    );
    assert.deepEqual(tally.shard.ended, [{ producerId: 1, isCommitted: true }]);
    const told = lines.filter(({ message }) => message.includes('unknown type'));
    assert.deepEqual(
      told.map(({ fields }) => fields.recordType),
      [9],
    );
    await tally.log.close();
  });

  test('a record that is none keeps the shard offline with the reason', async () => {
    const lines: { message: string; fields: LogFields }[] = [];
    const tally = await openTally({ logger: collectingLogger(lines) });
    tally.log.append(buildBatch([{ key: Buffer.from([0]), value: 'x' }]), appendOptions({ origin: 'coordinator' }));
    tally.runtime.load(0, tally.log, 0);
    await tally.clock.runUntil(() => !tally.runtime.loading.has(0));
    assert.deepEqual(await get(tally, 'a'), { errorCode: ErrorCode.NOT_COORDINATOR });
    assert(lines.some(({ fields }) => String(fields.reason).includes('cannot be loaded: offset 0')));
    await tally.log.close();
  });

  test('a read that fails is tried again', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    const heal = tally.disk.inject(({ kind }) => (kind === 'read' ? { kind: 'fail', tag: 'io' } : undefined));
    tally.runtime.load(0, tally.log, 1);
    await tally.clock.runUntil(() => !tally.runtime.loading.has(0));
    assert.deepEqual(await get(tally, 'a'), { errorCode: ErrorCode.NOT_COORDINATOR });
    heal();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0), 10_000);
    assert.deepEqual(await get(tally, 'a'), { response: 1 });
    await tally.log.close();
  });

  test('what all shards are told reaches one that loads, and one that failed, as soon as it serves', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    await set(tally, 'b', 2);
    const remove = (name: string) => tally.runtime.runAll(() => ({ records: [{ name, count: null }], replies: [] }));
    tally.runtime.load(0, tally.log, 4);
    assert.deepEqual([...tally.runtime.loading], [0]);
    remove('a');
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.deepEqual(await get(tally, 'a'), { response: undefined });
    assert.deepEqual(await get(tally, 'b'), { response: 2 });

    const heal = tally.disk.inject(({ kind }) => (kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined));
    assert.deepEqual(await set(tally, 'c', 3), { errorCode: ErrorCode.NOT_COORDINATOR });
    remove('b');
    heal();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0), 120_000);
    assert.deepEqual(await get(tally, 'b'), { response: undefined });
    await tally.log.close();
  });

  test('so many changes a shard that loads hears of later, and not one more', async () => {
    const lines: { message: string; fields: LogFields }[] = [];
    const tally = await openTally({ logger: collectingLogger(lines) });
    await serveOnce(tally);
    tally.runtime.load(0, tally.log, 4);
    let heard = 0;
    const hear = () => {
      heard++;
      return NOTHING;
    };
    for (let count = 0; count <= MISSED_DECISIONS_MAX; count++) tally.runtime.runAll(hear);
    assert.equal(lines.filter(({ message }) => message.includes('misses what has changed')).length, 1);
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.equal(heard, MISSED_DECISIONS_MAX);
    await tally.log.close();
  });

  test('a load that is no longer wanted changes nothing', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    tally.runtime.load(0, tally.log, 1);
    tally.runtime.unload(0);
    await tally.clock.settle();
    assert.deepEqual(await get(tally, 'a'), { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.equal(tally.shards.length, 2);
    assert.equal(tally.clock.timerCount, 0);
    await tally.log.close();
  });
});
