import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';

describe('classic groups: leaving', () => {
  test('the others begin anew at once', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    const left = fixture.leave({ members: [{ memberId: a.memberId }] });
    assert.deepEqual(left, { errorCode: 0, members: [{ memberId: a.memberId, groupInstanceId: null, errorCode: 0 }] });
    assert.equal(fixture.heartbeat({ memberId: b.memberId }), ErrorCode.REBALANCE_IN_PROGRESS);
    const again = answered(fixture.join({ memberId: b.memberId }));
    assert.deepEqual([again.generationId, again.leader], [2, b.memberId]);
  });

  test('the last one leaves the group empty', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    fixture.leave({ members: [{ memberId: a?.memberId ?? '' }] });
    assert.deepEqual([fixture.group().state, fixture.group().generation], ['Empty', 2]);
  });

  test('each of several gets its own error', async () => {
    const fixture = createClassicFixture();
    const [a, b, c] = await stableGroup(fixture, [{}, { groupInstanceId: 'b' }, { groupInstanceId: 'c' }]);
    const { memberId: pending } = answered(fixture.join({}, 4));
    const { members } = fixture.leave({
      members: [
        { memberId: a?.memberId ?? '' },
        { memberId: '', groupInstanceId: 'b' },
        { memberId: 'another', groupInstanceId: 'c' },
        { memberId: '', groupInstanceId: 'nobody' },
        { memberId: 'nobody' },
        { memberId: '' },
        { memberId: pending },
      ],
    });
    assert.deepEqual(
      members?.map(({ errorCode }) => errorCode),
      [
        ErrorCode.NONE,
        ErrorCode.NONE,
        ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.NONE,
      ],
    );
    assert.deepEqual([...fixture.group().members.keys()], [c?.memberId]);
    assert.equal(members?.[1]?.memberId, '', 'as it was asked');
    assert.equal(b?.errorCode, 0);
  });

  test('old versions name one member and get one error', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    assert.deepEqual(fixture.leave({ memberId: 'nobody' }, 2), { errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    assert.deepEqual(fixture.leave({ memberId: a?.memberId ?? '' }, 0), { errorCode: ErrorCode.NONE });
    assert.equal(fixture.group().state, 'Empty');
  });

  test('who waits for the others or for the assignment on behalf of the leaver is told', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    const joining = fixture.join({ memberId: a.memberId });
    fixture.leave({ members: [{ memberId: a.memberId }] });
    assert.equal(answered(joining).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
    fixture.join();
    fixture.join({ memberId: b.memberId });
    const syncing = fixture.sync({ memberId: [...fixture.group().members.keys()][1] ?? '', generationId: 2 });
    fixture.leave({ members: [{ memberId: [...fixture.group().members.keys()][1] ?? '' }] });
    assert.equal(answered(syncing).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('an id that was given out and not used leaves nobody to wait for', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    const { memberId: pending } = answered(fixture.join({}, 4));
    const again = fixture.join({ memberId: a?.memberId ?? '' });
    assert.equal(again.response, undefined);
    fixture.leave({ members: [{ memberId: pending }] });
    assert.equal(answered(again).generationId, 2);
  });
});
