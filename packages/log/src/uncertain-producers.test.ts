import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { buildEndTxnMarkerBatch, type EndTxnMarker } from '@sluice/protocol/records/control-records';
import type { ManagedLog } from './managed-log.ts';
import { append, batchOf, DIRECTORY, durable, openTestLog, readAll } from './testing/test-log.ts';

const PRODUCER = { producerId: 7, producerEpoch: 0, isTransactional: true };
const UNTOUCHED = { producerId: 8, producerEpoch: 0, isTransactional: true };

function end(log: ManagedLog, producerId: number, type: EndTxnMarker['type']): void {
  const marker = { type, producerId, producerEpoch: 0, coordinatorEpoch: 0, timestampMs: 1 };
  append(log, buildEndTxnMarkerBatch(marker), { origin: 'coordinator' });
}

function reopen(disk: SimDisk, recoveryPoint: number, logStartOffset = 0): Promise<ManagedLog> {
  return openTestLog({ disk, recovery: { cleanShutdown: true, recoveryPoint, logStartOffset } });
}

/** Offset 0 is committed by a marker at 1, which is then damaged; the snapshot that knew of it is lost as well. */
async function withDamagedCommit(): Promise<{ disk: SimDisk; log: ManagedLog }> {
  const disk = createSimDisk();
  const log = await openTestLog({ disk });
  append(log, batchOf(['committed'], { ...PRODUCER, baseSequence: 0 }));
  await durable(log);
  const markerPosition = log.sizeBytes;
  end(log, PRODUCER.producerId, 'COMMIT');
  await durable(log);
  const markerEnd = log.sizeBytes;
  append(log, batchOf(['open'], { ...PRODUCER, baseSequence: 1 }));
  await log.close();
  disk.flipByte(`${DIRECTORY}/00000000000000000000.log`, Math.floor((markerPosition + markerEnd) / 2));
  await disk.unlink(`${DIRECTORY}/00000000000000000003.snapshot`);
  return { disk, log: await reopen(disk, 3) };
}

describe('producers that were rebuilt past a batch that cannot be read', () => {
  it('make no list of aborted transactions that takes a committed one with it, nor does a later snapshot', async () => {
    const { disk, log } = await withDamagedCommit();
    end(log, PRODUCER.producerId, 'ABORT');
    await durable(log);
    await assert.rejects(
      async () => log.abortedTransactions(2, 4),
      /producer 7 that ends at offset 3 began is not known/,
    );
    await log.close();
    const found = await reopen(disk, 4);
    assert.equal(found.logEndOffset, 4, 'nothing is cut');
    await assert.rejects(async () => found.abortedTransactions(2, 4), /is not known/);
    assert.deepEqual(
      (await readAll(found, 2)).map(({ offset }) => offset),
      [2, 3],
      'what is behind the damage is served',
    );
    await found.close();
  });

  it('still tell of transactions that began later', async () => {
    const { disk, log } = await withDamagedCommit();
    append(log, batchOf(['aborted'], { ...UNTOUCHED, baseSequence: 0 }));
    end(log, UNTOUCHED.producerId, 'ABORT');
    await durable(log);
    const expected = [{ producerId: 8, firstOffset: 3, lastOffset: 4, lastStableOffset: 0 }];
    assert.deepEqual(await log.abortedTransactions(3, 5), expected);
    await log.close();
    const found = await reopen(disk, 5);
    assert.deepEqual(await found.abortedTransactions(3, 5), expected);
    await found.close();
  });

  it('are trusted again once the damage is deleted', async () => {
    const { disk, log } = await withDamagedCommit();
    end(log, PRODUCER.producerId, 'ABORT');
    await durable(log);
    await log.deleteRecordsBelow(2);
    const expected = [{ producerId: 7, firstOffset: 0, lastOffset: 3, lastStableOffset: 4 }];
    assert.deepEqual(await log.abortedTransactions(2, 4), expected);
    await log.close();
    const found = await reopen(disk, 4, 2);
    assert.deepEqual(await found.abortedTransactions(2, 4), expected);
    await found.close();
  });
});
