import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, durable, openTestLog, readAll } from './testing/test-log.ts';

const BATCH_RECORDS = 3;

for (const recoveryPoint of [4, 5, 6, 7]) {
  test(`a recovery from offset ${recoveryPoint} cuts no batch that it lies in, and knows that batch's producer`, async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk });
    for (let producerId = 0; producerId < 5; producerId++) {
      append(log, batchOf(['a', 'b', 'c'], { producerId, producerEpoch: 0, baseSequence: 0 }));
    }
    await durable(log);
    await log.close();
    const recovery = { cleanShutdown: false, recoveryPoint, logStartOffset: recoveryPoint };
    const recovered = await openTestLog({ disk, recovery });
    assert.equal(recovered.logEndOffset, 5 * BATCH_RECORDS);
    assert.equal((await readAll(recovered)).length, 5 * BATCH_RECORDS - recoveryPoint);
    const producers = recovered.activeProducers().map(({ producerId }) => producerId);
    for (let producerId = Math.floor(recoveryPoint / BATCH_RECORDS); producerId < 5; producerId++) {
      assert(producers.includes(producerId), `producer ${producerId}`);
    }
    await recovered.close();
  });
}
