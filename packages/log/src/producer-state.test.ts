import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { maxTimestamp } from '@sluice/protocol/records/batch-header';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import type { ManagedLog } from './managed-log.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import { append, appendOptions, batchOf, durable, openTestLog, readAll, written } from './testing/test-log.ts';

const SEQUENCE_MAX = 2 ** 31 - 1;

/** A batch of `count` records from producer 7. */
function produced(baseSequence: number, options: { count?: number; epoch?: number; isTransactional?: boolean } = {}) {
  const values = Array.from({ length: options.count ?? 1 }, (_, index) => `v${baseSequence + index}`);
  const isTransactional = options.isTransactional ?? false;
  return batchOf(values, { producerId: 7, producerEpoch: options.epoch ?? 0, baseSequence, isTransactional });
}

function refusal(log: ManagedLog, batch: Buffer): number {
  const result = log.append(batch, appendOptions());
  assert(result.kind === 'refused', JSON.stringify(result));
  return result.errorCode;
}

describe('an idempotent producer', () => {
  test('is answered with the original offsets when it repeats one of its last five batches', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    for (let sequence = 0; sequence < 12; sequence += 2) append(log, produced(sequence, { count: 2 }));
    for (let sequence = 2; sequence < 12; sequence += 2) {
      const batch = produced(sequence, { count: 2 });
      const result = log.append(batch, appendOptions());
      assert(result.kind === 'duplicate');
      assert.deepEqual([result.firstOffset, result.lastOffset], [sequence, sequence + 1]);
      assert.equal(result.logAppendTimeMs, maxTimestamp(batch, 0), "the batch's largest timestamp, as Kafka answers");
    }
    assert.equal(log.logEndOffset, 12);
    assert.equal(refusal(log, produced(0, { count: 2 })), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 'six batches back');
    await log.close();
  });

  test('may start at any sequence, and then leaves no gap', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, produced(100));
    assert.equal(refusal(log, produced(102)), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    append(log, produced(101));
    await log.close();
  });

  test('counts from 2^31-1 on to 0, also within a batch', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, produced(SEQUENCE_MAX - 1, { count: 2 }));
    append(log, produced(0));
    const again = log.append(produced(SEQUENCE_MAX - 1, { count: 2 }), appendOptions());
    assert.equal(again.kind, 'duplicate');
    append(log, produced(1));
    await log.close();

    const within = await openTestLog({ disk: createSimDisk() });
    append(within, produced(SEQUENCE_MAX - 1, { count: 4 }));
    append(within, produced(2));
    assert.equal(within.append(produced(SEQUENCE_MAX - 1, { count: 4 }), appendOptions()).kind, 'duplicate');
    await within.close();
  });

  test('starts over with 0 in a new epoch, and an old epoch is fenced', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, produced(0, { epoch: 3 }));
    assert.equal(refusal(log, produced(1, { epoch: 4 })), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    append(log, produced(0, { epoch: 4 }));
    assert.equal(refusal(log, produced(1, { epoch: 3 })), ErrorCode.INVALID_PRODUCER_EPOCH);
    await log.close();
  });

  test('is forgotten after producer.id.expiration.ms, unless it has a transaction open', async () => {
    const clock = createSimClock();
    const log = await openTestLog({ disk: createSimDisk(), clock, config: { producerIdExpirationMs: 1000 } });
    append(log, produced(0));
    append(log, batchOf(['t'], { producerId: 8, producerEpoch: 0, baseSequence: 0, isTransactional: true }));
    log.expireProducers(clock.now() + 10_000_000);
    assert.deepEqual(
      log.activeProducers().map((producer) => producer.producerId),
      [8],
    );
    append(log, produced(55));
    await log.close();
  });

  for (const isClean of [true, false]) {
    test(`is known after a ${isClean ? 'clean stop' : 'kill'}`, async () => {
      const disk = createSimDisk();
      const log = await openTestLog({ disk });
      append(log, produced(0, { count: 3 }), { durable: true });
      append(log, produced(3), { durable: true });
      await durable(log);
      if (isClean) await log.close();
      else await log.abandon();
      const { recoveryPoint } = log;
      const again = await openTestLog({ disk, recovery: { cleanShutdown: isClean, recoveryPoint, logStartOffset: 0 } });
      const repeated = again.append(produced(3), appendOptions());
      assert(repeated.kind === 'duplicate');
      assert.equal(repeated.firstOffset, 3);
      append(again, produced(4));
      await again.close();
    });
  }
});

describe('a transaction', () => {
  const marker = (type: 'COMMIT' | 'ABORT', coordinatorEpoch = 0) =>
    buildEndTxnMarkerBatch({ type, producerId: 7, producerEpoch: 0, coordinatorEpoch, timestampMs: 1 });

  test('keeps the last stable offset back until its marker is visible', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, batchOf(['plain']));
    append(log, produced(0, { isTransactional: true }));
    append(log, batchOf(['plain too']));
    await written(log);
    assert.equal(log.highWatermark, 3);
    assert.equal(log.lastStableOffset, 1);
    assert.equal((await readAll(log, 0, { upTo: 'last-stable' })).length, 1);
    append(log, marker('COMMIT'), { origin: 'coordinator', durable: true });
    assert.equal(log.lastStableOffset, 1, 'the marker is not visible yet');
    await durable(log);
    assert.equal(log.lastStableOffset, 4);
    assert.deepEqual(await log.abortedTransactions(0, 4), []);
    await log.close();
  });

  test('that was aborted is in the transaction index, also after a restart', async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk });
    append(log, produced(0, { isTransactional: true }));
    append(log, marker('ABORT'), { origin: 'coordinator' });
    const aborted = [{ producerId: 7, firstOffset: 0, lastOffset: 1, lastStableOffset: 2 }];
    assert.deepEqual(await log.abortedTransactions(0, 2), aborted);
    await log.close();
    const recovery = { cleanShutdown: true, recoveryPoint: log.recoveryPoint, logStartOffset: 0 };
    const again = await openTestLog({ disk, recovery });
    assert.deepEqual(await again.abortedTransactions(0, 2), aborted);
    assert.equal(again.lastStableOffset, 2);
    await again.close();
  });

  test('that was open at a kill is open afterwards', async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk });
    append(log, produced(0, { isTransactional: true }));
    append(log, batchOf(['plain']));
    await durable(log);
    await log.abandon();
    const again = await openTestLog({ disk });
    assert.equal(again.lastStableOffset, 0);
    assert.equal(again.activeProducers()[0]?.currentTxnStartOffset, 0);
    await again.close();
  });

  test('is not begun by a batch of an epoch that was fenced while it was asked about: INVALID_PRODUCER_EPOCH', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    const asked = log.startVerification({ producerId: 7, producerEpoch: 0, baseSequence: 0 }, true, 0);
    assert(asked.kind === 'started');
    const options = { type: 'ABORT', producerId: 7, producerEpoch: 1, coordinatorEpoch: 0, timestampMs: 5 } as const;
    append(log, buildEndTxnMarkerBatch(options), { origin: 'coordinator' });
    const begin = (epoch: number) => {
      const batch = produced(0, { epoch, isTransactional: true });
      const result = log.append(batch, appendOptions({ verification: asked.guard }));
      return result.kind === 'refused' ? result.errorCode : ErrorCode.NONE;
    };
    assert.equal(begin(0), ErrorCode.INVALID_PRODUCER_EPOCH);
    assert.equal(begin(1), ErrorCode.INVALID_TXN_STATE);
    await log.close();
  });

  test('takes no marker of an older coordinator, and no plain batch of its own producer', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, produced(0, { isTransactional: true }));
    assert.equal(refusal(log, produced(1)), ErrorCode.INVALID_TXN_STATE);
    append(log, marker('COMMIT', 5), { origin: 'coordinator' });
    const late = log.append(marker('ABORT', 4), appendOptions({ origin: 'coordinator' }));
    assert(late.kind === 'refused');
    assert.equal(late.errorCode, ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    await log.close();
  });
});

test('a snapshot gives back what it was made of', () => {
  const entries = [
    {
      producerId: 2 ** 40,
      producerEpoch: 3,
      coordinatorEpoch: 4,
      lastTimestampMs: 1_600_000_000_000,
      currentTxnFirstOffset: -1,
      batches: [{ lastSequence: 9, lastOffset: 20, offsetDelta: 4, timestampMs: 1_600_000_000_000 }],
    },
    {
      producerId: 1,
      producerEpoch: 0,
      coordinatorEpoch: -1,
      lastTimestampMs: 5,
      currentTxnFirstOffset: 17,
      batches: [],
    },
  ];
  assert.deepEqual(decodeProducerSnapshot(encodeProducerSnapshot(entries, 0)), { entries, uncertainBelow: 0 });
});
