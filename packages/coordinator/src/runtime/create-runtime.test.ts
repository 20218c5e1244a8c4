import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogFields, Logger } from '@sluice/kernel/logger';
import { onNth } from '@sluice/kernel/sim/faults';
import { appendOptions, readBytes } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { isTransactional, producerId, recordCount } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { openTally, type TallyFixture } from '../testing/tally-fixture.ts';
import type { Result } from './coordinator-runtime.ts';
import { NOTHING, replyTo } from './coordinator-shard.ts';
import { RELOAD_BACKOFF_MS_MIN } from './create-runtime.ts';

function set(tally: TallyFixture, name: string, count: number | null): Promise<Result<string>> {
  return tally.runtime.run(0, (shard, _now, pending) => shard.set(name, count, pending));
}

function get(tally: TallyFixture, name: string): Promise<Result<number | undefined>> {
  return tally.runtime.run(0, (shard, _now, pending) => shard.get(name, pending));
}

async function batchesOf(tally: TallyFixture): Promise<Buffer[]> {
  const bytes = await readBytes(tally.log, 0, { upTo: 'log-end' });
  const batches: Buffer[] = [];
  for (const batch of walkBatches(bytes)) {
    assert(batch.kind === 'batch');
    batches.push(bytes.subarray(batch.position, batch.position + batch.sizeBytes));
  }
  return batches;
}

async function serving(options: Parameters<typeof openTally>[0] = {}): Promise<TallyFixture> {
  const tally = await openTally(options);
  tally.runtime.load(0, tally.log, 3);
  return tally;
}

function collectingLogger(lines: { message: string; fields: LogFields }[]): Logger {
  const add = (message: string, fields: LogFields = {}) => void lines.push({ message, fields });
  const logger: Logger = { debug: add, info: add, warn: add, error: add, with: () => logger };
  return logger;
}

describe('coordinator runtime: commit', () => {
  test('a reply leaves when its records are durable, and not before', async () => {
    const tally = await serving();
    let isAnswered = false;
    const answer = set(tally, 'a', 1).then((result) => {
      isAnswered = true;
      return result;
    });
    assert.equal(tally.shard.counts.get('a'), 1, 'the record is applied at once');
    assert.equal(isAnswered, false);
    assert.deepEqual(await answer, { response: 'a is 1' });
    assert.equal(tally.log.durableOffset, 1);
    await tally.log.close();
  });

  test('steps of one turn are one batch, with the offsets and times that they were applied with', async () => {
    const tally = await serving();
    const answers = [set(tally, 'a', 1), set(tally, 'b', 2), set(tally, 'a', null)];
    await Promise.all(answers);
    const batches = await batchesOf(tally);
    assert.equal(batches.length, 1);
    assert.deepEqual(
      tally.shard.applied.map(({ name, offset, timestampMs }) => ({ name, offset, timestampMs })),
      ['a', 'b', 'a'].map((name, offset) => ({ name, offset, timestampMs: tally.clock.now() })),
    );
    await tally.log.close();
  });

  test('what comes while an append is under way leaves together behind it', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    const first = set(tally, 'a', 0);
    await tally.clock.settle();
    const others: Promise<unknown>[] = [];
    for (let count = 1; count <= 20; count++) {
      others.push(set(tally, 'a', count));
      await tally.clock.settle();
    }
    await tally.clock.advance(100);
    await Promise.all([first, ...others]);
    assert.deepEqual(
      (await batchesOf(tally)).map((batch) => recordCount(batch, 0)),
      [1, 20],
    );
    heal();
    await tally.log.close();
  });

  test('replies leave in the order of the decisions, reads among them', async () => {
    const tally = await serving();
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    await Promise.all([
      set(tally, 'a', 1).then(note('set 1')),
      get(tally, 'a').then(note('get')),
      set(tally, 'a', 2).then(note('set 2')),
    ]);
    assert.deepEqual(order, ['set 1', 'get', 'set 2']);
    await tally.log.close();
  });

  test('a read waits for what was decided before it, and for nothing if all is committed', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 50 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    let seen: unknown;
    assert.deepEqual(await get(tally, 'a'), { response: undefined });
    const write = set(tally, 'a', 1);
    void get(tally, 'a').then((result) => {
      seen = result;
    });
    await tally.clock.advance(40);
    assert.equal(seen, undefined);
    await tally.clock.advance(40);
    await write;
    assert.deepEqual(seen, { response: 1 });
    heal();
    await tally.log.close();
  });

  test('a later step answers those who wait', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('a', pending));
    await set(tally, 'a', 7);
    assert.deepEqual(await waiting, { response: 'saw 7' });
    await tally.log.close();
  });

  test('a transaction is a batch of its own', async () => {
    const tally = await serving();
    const before = set(tally, 'a', 1);
    const within = tally.runtime.run<string>(0, (shard, _now, pending) => ({
      ...shard.set('b', 2, pending),
      transaction: { producerId: 77, producerEpoch: 5 },
    }));
    await Promise.all([before, within, set(tally, 'c', 3)]);
    const batches = await batchesOf(tally);
    assert.deepEqual(
      batches.map((batch) => [producerId(batch, 0), isTransactional(batch, 0)]),
      [
        [-1, false],
        [77, true],
        [-1, false],
      ],
    );
    const applied = tally.shard.applied[1];
    assert.deepEqual([applied?.producerId, applied?.producerEpoch, applied?.isTransactional], [77, 5, true]);
    await tally.log.close();
  });

  test('more than max.message.bytes of one turn leave in several batches', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    await Promise.all(Array.from({ length: 20 }, (_, count) => set(tally, `name ${count}`, count)));
    const batches = await batchesOf(tally);
    assert(batches.length > 1);
    for (const batch of batches) assert(batch.length <= 300, `${batch.length} bytes`);
    await tally.log.close();
  });

  test('a step that cannot fit is refused before it is applied; the largest that does is taken', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    const header = 61;
    const overhead = 36 + 2 + 1;
    const fits = 'x'.repeat(300 - header - overhead);
    assert.deepEqual(await set(tally, `${fits}x`, 1), { errorCode: ErrorCode.MESSAGE_TOO_LARGE });
    assert.equal(tally.shard.counts.size, 0);
    assert.equal(tally.log.logEndOffset, 0);
    assert.deepEqual(await set(tally, fits, 1), { response: `${fits} is 1` });
    await tally.log.close();
  });

  test('a step that is not atomic is split', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    const records = Array.from({ length: 20 }, (_, count) => ({ name: `name ${count}`, count }));
    const result = await tally.runtime.run<string>(0, (_shard, _now, pending) => ({
      records,
      replies: [replyTo(pending, 'done')],
      isAtomic: false,
    }));
    assert.deepEqual(result, { response: 'done' });
    assert.equal(tally.log.durableOffset, 20);
    for (const batch of await batchesOf(tally)) assert(batch.length <= 300);
    assert.deepEqual(
      tally.shard.applied.map(({ offset }) => offset),
      records.map((_, offset) => offset),
    );
    await tally.log.close();
  });
});

describe('coordinator runtime: failure', () => {
  test('a partition that is not led here', async () => {
    const tally = await serving();
    const result = await tally.runtime.run<string>(1, (shard, _now, pending) => shard.set('a', 1, pending));
    assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.log.close();
  });

  test('a decision that throws is answered UNKNOWN_SERVER_ERROR, and so is a record that cannot be encoded', async () => {
    const tally = await serving();
    const bug = tally.runtime.run<string>(0, () => {
      throw new Error('a bug');
    });
    assert.deepEqual(await bug, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await set(tally, 'bad encode', 1), { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await set(tally, 'a', 1), { response: 'a is 1' });
    assert.deepEqual([...tally.shard.counts], [['a', 1]]);
    await tally.log.close();
  });

  test('a record that cannot be applied takes the shard offline with all who wait', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const before = set(tally, 'a', 1);
    const results = await Promise.all([before, set(tally, 'bad apply', 1), waiting, set(tally, 'b', 1)]);
    for (const result of results) assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.clock.advance(120_000);
    assert.equal(tally.shards.length, 1, 'it is not tried again');
    assert.deepEqual(tally.shard.unloadedWith, [ErrorCode.NOT_COORDINATOR]);
    await tally.log.close();
  });

  test('a failed write fails all who wait, and unloads the shard with its timers', async () => {
    const tally = await openTally();
    tally.disk.inject(onNth('write', 1, { kind: 'fail', tag: 'io' }, 1000));
    tally.runtime.load(0, tally.log, 0);
    tally.shard.timers.set('tick', 1000, () => NOTHING);
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const results = await Promise.all([set(tally, 'a', 1), get(tally, 'a'), waiting]);
    for (const result of results) assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(tally.shard.unloadedWith, [ErrorCode.NOT_COORDINATOR]);
    assert.equal(tally.shard.timers.has('tick'), false);
    assert.deepEqual(await set(tally, 'a', 1), { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.log.close();
  });

  test('after a full disk it loads again what was committed, and serves', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    const heal = tally.disk.inject(({ kind }) => (kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined));
    assert.deepEqual(await set(tally, 'a', 2), { errorCode: ErrorCode.NOT_COORDINATOR });
    heal();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0), 120_000);
    assert.equal(tally.shards.length, 2);
    assert.deepEqual(await get(tally, 'a'), { response: 1 });
    assert.deepEqual(await set(tally, 'a', 3), { response: 'a is 3' });
    await tally.log.close();
  });

  test('records that somebody else put between are noticed: it loads again after a while', async () => {
    const tally = await serving();
    const answer = set(tally, 'a', 1);
    tally.log.append(buildBatch([{ key: Buffer.from([0, 1, 98]), value: '5' }]), appendOptions());
    assert.deepEqual(await answer, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.clock.advance(RELOAD_BACKOFF_MS_MIN);
    assert.deepEqual(await get(tally, 'b'), { response: 5 });
    await tally.log.close();
  });

  test('resigning fails all who wait, and a new election loads what was committed', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const unfinished = set(tally, 'a', 2);
    tally.runtime.unload(0);
    assert.deepEqual(await waiting, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(await unfinished, { errorCode: ErrorCode.NOT_COORDINATOR });
    tally.runtime.load(0, tally.log, 4);
    await tally.clock.settle();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.deepEqual(await get(tally, 'a'), { response: 1 });
    await tally.log.close();
  });

  test('closing lets commits that are under way end, and nobody wait for more', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const underWay = set(tally, 'a', 1);
    await tally.runtime.close();
    assert.deepEqual(await underWay, { response: 'a is 1' });
    assert.deepEqual(await waiting, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(await set(tally, 'a', 1), { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.equal(tally.clock.timerCount, 0);
    await tally.log.close();
  });
});

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

  test('unknown types are skipped and told once; control and transactional batches are skipped', async () => {
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
    assert.deepEqual([...tally.shard.counts], [['a', 4]]);
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
