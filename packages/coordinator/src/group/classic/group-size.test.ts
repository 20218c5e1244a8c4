import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';

describe('classic groups: the largest size', () => {
  const small = { settings: { groupSizeMax: 2 } };

  test('a stable group that is full takes nobody new, but its members', async () => {
    const fixture = createClassicFixture(small);
    const [a] = await stableGroup(fixture, [{}, {}]);
    assert.equal(answered(fixture.join()).errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED);
    assert.equal(fixture.join({ memberId: a?.memberId ?? '' }).response, undefined);
  });

  test('while members join, those who have joined count', async () => {
    const fixture = createClassicFixture(small);
    const asked = [fixture.join(), fixture.join(), fixture.join()];
    assert.equal(asked[2] === undefined || answered(asked[2]).errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED);
    await fixture.clock.advance(6000);
    assert.deepEqual(
      asked.slice(0, 2).map((each) => answered(each).errorCode),
      [0, 0],
    );
  });

  test('of a group that was loaded too large the last to come back are turned away', async () => {
    const before = createClassicFixture();
    const joined = await stableGroup(before, [{}, {}, {}]);
    const fixture = createClassicFixture({ ...small, records: before.records });
    assert.equal(fixture.group().state, 'PreparingRebalance');
    const asked = joined.map(({ memberId }) => fixture.join({ memberId }));
    assert.equal(asked[2] === undefined || answered(asked[2]).errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED);
    assert.deepEqual(
      asked.slice(0, 2).map((each) => answered(each).errorCode),
      [0, 0],
    );
    assert.equal(fixture.group().members.size, 2);
  });
});
