import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { fillUp, keyed, lastValueOf, openFixture } from '../testing/compaction-fixture.ts';
import { COMPACTED, newWorkload } from '../testing/compaction-model.ts';
import { durable, keyedRecordsOf, readBytesFrom } from '../testing/test-log.ts';

const SLOT_SIZE_BYTES = 24;

describe('compaction with less memory than keys', () => {
  it('bug: goes on within the segment where it ended, so that no deleted key comes back', async () => {
    const { directory, log, load } = await openFixture(createSimDisk(), newWorkload(), 8 * SLOT_SIZE_BYTES);
    keyed(log, [['account', 'deleted later']], load.clock.now());
    // Six keys fill the map: the rest of the segment is behind what is compacted first.
    for (let key = 0; key < 5; key++) keyed(log, [[`other-${key}`, 'value']], load.clock.now());
    keyed(
      log,
      [
        ['account', 'still there'],
        ['one too many', 'value'],
      ],
      load.clock.now(),
    );
    keyed(log, [['account', null]], load.clock.now());
    await fillUp(log, load, 12, 1);
    for (let round = 0; round < 4; round++) {
      await directory.checkpoint();
      await directory.compact();
      assert.equal((await lastValueOf(log, 'account')) ?? null, null, `round ${round}`);
      await load.clock.advance(COMPACTED.deleteRetentionMs + 1);
      await fillUp(log, load, 12, 1);
    }
    const cleaned = log.compaction.cleanedOffset ?? 0;
    const keys = keyedRecordsOf(await readBytesFrom(log, 0))
      .filter(({ offset }) => offset < cleaned)
      .map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, keys.join());
    await directory.close();
  });

  it('bug: after records were deleted within a segment, the rest of that segment is compacted too', async () => {
    const { directory, log, load } = await openFixture();
    await fillUp(log, load, 5, 5);
    keyed(log, [['account', 'old']], load.clock.now());
    keyed(log, [['account', null]], load.clock.now());
    await durable(log);
    await log.deleteRecordsBelow(3);
    await fillUp(log, load, 30);
    for (let round = 0; round < 3; round++) {
      await directory.checkpoint();
      await directory.compact();
      assert.equal((await lastValueOf(log, 'account')) ?? null, null, `round ${round}`);
      await load.clock.advance(COMPACTED.deleteRetentionMs + 1);
      await fillUp(log, load, 12);
    }
    await directory.close();
  });
});
