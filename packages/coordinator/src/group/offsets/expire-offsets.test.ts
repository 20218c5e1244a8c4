import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOffsetsFixture, groupWith, type OffsetsFixture } from '../../testing/offsets-fixture.ts';
import type { Group } from '../group.ts';

const RETENTION_MS = 7 * 86_400_000;
const CHECK_INTERVAL_MS = 600_000;

describe('expiry', () => {
  async function after(fixture: OffsetsFixture, ms: number): Promise<void> {
    await fixture.clock.advance(ms);
  }

  test('takes offsets of a simple group after the retention, then the group', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit();
    await after(fixture, RETENTION_MS - CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), 1);
    await after(fixture, 2 * CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), -1);
    assert.equal(fixture.table.size, 0);
    assert.equal(fixture.restart().table.size, 0);
  });

  test('counts from the last commit, partition by partition', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1, 1: 1 } });
    await after(fixture, RETENTION_MS / 2);
    fixture.commit({ offsets: { 1: 2 } });
    await after(fixture, RETENTION_MS / 2 + CHECK_INTERVAL_MS);
    assert.deepEqual([fixture.offsetOf(0), fixture.offsetOf(1)], [-1, 2]);
    assert.equal(fixture.table.size, 1);
  });

  test('counts from when the group says', async () => {
    let sinceMs = 0;
    const group = groupWith({ offsetExpiry: () => ({ baseTimestampMs: () => sinceMs }) });
    const fixture = createOffsetsFixture({ groups: [group] });
    sinceMs = fixture.clock.now() + RETENTION_MS;
    fixture.commit();
    await after(fixture, RETENTION_MS + CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), 1);
    await after(fixture, RETENTION_MS + CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), -1);
    assert.equal(fixture.table.size, 1, 'it has members');
  });

  const kept: [string, Partial<Group>][] = [
    ['topics that the group reads', { isSubscribedTo: () => true }],
    ['groups that are busy', { offsetExpiry: () => undefined }],
  ];
  for (const [name, overrides] of kept) {
    test(`leaves the offsets of ${name}`, async () => {
      const fixture = createOffsetsFixture({ groups: [groupWith({ ...overrides, isEmpty: true })] });
      fixture.commit();
      await after(fixture, 3 * RETENTION_MS);
      assert.equal(fixture.offsetOf(0), 1);
      assert.equal(fixture.table.size, 1);
    });
  }

  test('follows the retention time of OffsetCommit v2 to v4 instead of the broker’s', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1 }, retentionTimeMs: 1_000 }, 3);
    fixture.commit({ offsets: { 1: 1 }, retentionTimeMs: 3 * RETENTION_MS }, 3);
    await after(fixture, CHECK_INTERVAL_MS);
    assert.deepEqual([fixture.offsetOf(0), fixture.offsetOf(1)], [-1, 1]);
    await after(fixture, 2 * RETENTION_MS);
    assert.equal(fixture.offsetOf(1), 1);
  });

  test('takes an empty group without offsets at the next look, and leaves one with members', async () => {
    const empty = groupWith({ isEmpty: true });
    const busy = groupWith({ groupId: 'busy', offsetExpiry: () => undefined });
    const fixture = createOffsetsFixture({ groups: [empty, busy] });
    await after(fixture, CHECK_INTERVAL_MS);
    assert.deepEqual(
      [...fixture.table.values()].map(({ groupId }) => groupId),
      ['busy'],
    );
  });

  test('looks at many groups in slices, and misses none', async () => {
    const fixture = createOffsetsFixture({ settings: { retentionMs: 1_000 } });
    const groupCount = 3_000;
    for (let i = 0; i < groupCount; i++) fixture.commit({ groupId: `g${i}`, offsets: { 0: 1, 1: 1, 2: 1, 3: 1 } });
    await after(fixture, CHECK_INTERVAL_MS - 1);
    assert.equal(fixture.table.size, groupCount);
    await after(fixture, 1);
    assert.equal(fixture.table.size, 0);
    fixture.commit();
    await after(fixture, CHECK_INTERVAL_MS);
    assert.equal(fixture.table.size, 0, 'and looks again after the interval');
  });
});
