import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordsOf } from '../testing/share-records.ts';
import {
  batch,
  KEY,
  openShareState,
  responseOf,
  type ShareStateFixture,
  written,
} from '../testing/share-state-fixture.ts';
import type { SharePartitionKey } from './persister.ts';

const OTHER: SharePartitionKey = { ...KEY, partition: 1 };

async function begin(fixture: ShareStateFixture, key: SharePartitionKey): Promise<void> {
  responseOf(await fixture.settled(fixture.store.initialize(key, 1, 0)));
}

async function accept(fixture: ShareStateFixture, key: SharePartitionKey, offset: number): Promise<void> {
  const state = written({ startOffset: 0, stateBatches: [batch(offset, offset, 2, 1)] });
  responseOf(await fixture.settled(fixture.store.write(key, state)));
}

describe('snapshots of share partitions', () => {
  it('come after so many updates, with all that these changed', async () => {
    const fixture = await openShareState({ updatesPerSnapshot: 2 });
    await begin(fixture, KEY);
    for (const offset of [0, 1, 2, 3]) await accept(fixture, KEY, offset);
    const records = await recordsOf(fixture.log);
    assert.deepEqual(
      records.map(({ type }) => type),
      ['snapshot', 'update', 'update', 'snapshot', 'update'],
    );
    const snapshot = records[3];
    assert(snapshot?.type === 'snapshot');
    assert.equal(snapshot.state?.snapshotEpoch, 1);
    assert.deepEqual(snapshot.state.stateBatches, [batch(0, 2, 2, 1)]);
  });

  it('let what was before them go', async () => {
    const fixture = await openShareState({ updatesPerSnapshot: 1, pruneIntervalMs: 1000 });
    await begin(fixture, KEY);
    for (const offset of [0, 1, 2]) await accept(fixture, KEY, offset);
    await fixture.clock.advance(1000);
    await fixture.clock.settle();
    assert.equal(fixture.log.logStartOffset, 2, 'at the last snapshot');
    await fixture.reload();
    const state = responseOf(await fixture.settled(fixture.store.read(KEY, -1)));
    assert.deepEqual(state.stateBatches, [batch(0, 2, 2, 1)]);
  });

  it('are made of what nobody changes, once, so that it keeps nothing from going', async () => {
    const fixture = await openShareState({
      pruneIntervalMs: 1000,
      coldSnapshotIntervalMs: 10_000,
      updatesPerSnapshot: 1,
    });
    await begin(fixture, OTHER);
    await begin(fixture, KEY);
    for (const offset of [0, 1, 2]) await accept(fixture, KEY, offset);
    await fixture.clock.advance(1000);
    await fixture.clock.settle();
    assert.equal(fixture.log.logStartOffset, 0, 'the other one began first');
    await fixture.clock.advance(11_000);
    await fixture.clock.settle();
    assert.ok(fixture.log.logStartOffset >= 4);
    const endOffset = fixture.log.logEndOffset;
    await fixture.clock.advance(100_000);
    await fixture.clock.settle();
    assert.equal(fixture.log.logEndOffset, endOffset);
    await fixture.reload();
    assert.equal(responseOf(await fixture.settled(fixture.store.read(OTHER, -1))).startOffset, 0);
  });

  it('of what was deleted are not needed', async () => {
    const fixture = await openShareState({ pruneIntervalMs: 1000 });
    await begin(fixture, KEY);
    responseOf(await fixture.settled(fixture.store.delete(KEY)));
    await fixture.clock.advance(1000);
    await fixture.clock.settle();
    assert.equal(fixture.log.logStartOffset, 1);
  });
});
