import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { readBytes } from '@sluice/log/testing/test-log';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { batch, KEY, openShareState, QUEUE_PARTITIONS, responseOf, written } from '../testing/share-state-fixture.ts';

it('acknowledgements that come while others are written share one append and one sync', async () => {
  const clock = createSimClock({ startMs: 1_700_000_000_000 });
  const disk = createSimDisk({ clock });
  const fixture = await openShareState({}, undefined, { disk, clock });
  const keys = Array.from({ length: QUEUE_PARTITIONS }, (_, partition) => ({ ...KEY, partition }));
  for (const key of keys) responseOf(await fixture.settled(fixture.store.initialize(key, 1, 0)));
  const before = fixture.log.logEndOffset;
  let syncs = 0;
  disk.inject(({ kind }) => {
    if (kind === 'sync') syncs++;
    return undefined;
  });
  const accept = (offset: number) =>
    keys.map((key) => fixture.store.write(key, written({ stateBatches: [batch(offset, offset, 2, 1)] })));
  const first = accept(0);
  await Promise.resolve();
  const second = [...accept(1), ...accept(2)];
  await fixture.settled(Promise.all([...first, ...second]));
  const batches = [...walkBatches(await readBytes(fixture.log, before))];
  assert.equal(fixture.log.logEndOffset - before, 3 * keys.length);
  assert.ok(batches.length <= 2, `${batches.length} batches`);
  assert.equal(syncs, batches.length);
  await fixture.log.close();
});
