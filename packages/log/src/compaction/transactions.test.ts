import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasDeleteHorizon, isControlBatch, lastOffset, recordCount } from '@sluice/protocol/records/batch-header';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { ManagedLog } from '../managed-log.ts';
import { fillUp, keyed, lastValueOf, openFixture, transactionalProducer } from '../testing/compaction-fixture.ts';
import { COMPACTED } from '../testing/compaction-model.ts';
import { readBytesFrom } from '../testing/test-log.ts';

async function fixture() {
  const opened = await openFixture();
  const { log, load, directory } = opened;
  const producer = (id: number) => transactionalProducer(log, id, () => load.clock.now());
  const compact = async () => {
    await directory.checkpoint();
    await directory.compact();
    assert.equal(directory.uncompacted.size, 0, [...directory.uncompacted].join());
  };
  return { ...opened, producer, compact };
}

async function markersOf(log: ManagedLog): Promise<number[]> {
  const bytes = await readBytesFrom(log, log.logStartOffset);
  return [...walkBatches(bytes)].flatMap(({ position }) =>
    isControlBatch(bytes, position) && recordCount(bytes, position) > 0 ? [lastOffset(bytes, position)] : [],
  );
}

describe('compaction of transactions', () => {
  it('bug: an aborted record whose marker is some segments later removes no committed value and does not stay itself', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    keyed(log, [['account', 'committed']], load.clock.now());
    const aborting = producer(7);
    aborting.send(['account', 'aborted']);
    await fillUp(log, load, 30);
    aborting.end('ABORT');
    const markerOffset = log.logEndOffset - 1;
    await fillUp(log, load, 30);
    await compact();
    assert.equal(await lastValueOf(log, 'account'), 'committed');
    assert.equal(directory.get('accounts', 0)?.log, log);
    assert(
      (await markersOf(log)).includes(markerOffset),
      'the marker stays: its producer’s readers may have seen the records',
    );
    const aborted = await log.abortedTransactions(0, log.logEndOffset);
    assert.deepEqual(
      aborted.map(({ producerId, lastOffset: last }) => [producerId, last]),
      [[7, markerOffset]],
    );
    await directory.close();
  });

  it('an aborted tombstone deletes nothing', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    keyed(log, [['account', 'committed']], load.clock.now());
    const aborting = producer(7);
    aborting.send(['account', null]);
    aborting.end('ABORT');
    await fillUp(log, load, 40);
    await compact();
    await load.clock.advance(COMPACTED.deleteRetentionMs * 2);
    await fillUp(log, load, 20);
    await compact();
    assert.equal(await lastValueOf(log, 'account'), 'committed');
    await directory.close();
  });

  it('a producer that aborts and then commits keeps what it committed', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    const one = producer(7);
    for (let round = 0; round < 6; round++) {
      one.send(['account', `aborted-${round}`]);
      await fillUp(log, load, 12);
      one.end('ABORT');
      one.send(['account', `committed-${round}`]);
      await fillUp(log, load, 12);
      one.end('COMMIT');
      await fillUp(log, load, 12);
      await compact();
      assert.equal(await lastValueOf(log, 'account'), `committed-${round}`);
    }
    await directory.close();
  });

  it('an open transaction ends what is compacted, and its records stay', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    await fillUp(log, load, 30);
    producer(7).send(['account', 'open']);
    const open = log.logEndOffset - 1;
    await fillUp(log, load, 30);
    await compact();
    assert((log.compaction.cleanedOffset ?? 0) <= open);
    assert.equal(await lastValueOf(log, 'account'), 'open');
    await directory.close();
  });

  it('a marker goes delete.retention.ms after nothing of its transaction was found, and no earlier', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    const one = producer(7);
    one.send(['account', 'aborted']);
    one.end('ABORT');
    const marker = log.logEndOffset - 1;
    // So that neither is its producer's last.
    one.send(['account', 'committed']);
    one.end('COMMIT');
    await fillUp(log, load, 30);
    await compact();
    assert((await markersOf(log)).includes(marker));
    await fillUp(log, load, 20);
    await compact();
    const bytes = await readBytesFrom(log, 0);
    const batch = [...walkBatches(bytes)].find(({ position }) => lastOffset(bytes, position) === marker);
    assert(batch !== undefined && hasDeleteHorizon(bytes, batch.position));
    await load.clock.advance(COMPACTED.deleteRetentionMs + 1);
    await fillUp(log, load, 20);
    await compact();
    assert.equal((await markersOf(log)).includes(marker), false);
    assert.equal(await lastValueOf(log, 'account'), 'committed');
    await directory.close();
  });

  it('bug: what was compacted ends with a batch also when its last records go, so that readers get to the end', async () => {
    const { log, load, directory, producer, compact } = await fixture();
    await fillUp(log, load, 12);
    const one = producer(7);
    const isRolled = (count: number) => log.segmentCount > count;
    for (const count = log.segmentCount; !isRolled(count); ) one.send(['account', 'x'.repeat(100)]);
    const end = log.logEndOffset - 1;
    one.end('ABORT');
    await fillUp(log, load, 12);
    one.send(['account', 'later']);
    one.end('COMMIT');
    log.reconfigure({ ...COMPACTED, segmentSizeBytes: 1_000_000 });
    await fillUp(log, load, 1);
    await compact();
    const cleaned = log.compaction.cleanedOffset ?? 0;
    assert(cleaned >= end);
    const bytes = await readBytesFrom(log, 0);
    const ends = [...walkBatches(bytes)].map(({ position }) => lastOffset(bytes, position) + 1);
    assert(ends.includes(cleaned), `${cleaned} in ${ends.join()}`);
    await directory.close();
  });
});
