import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createConsumerFixture, owning } from '../../testing/consumer-fixture.ts';
import type { OffsetCommitClaim } from '../group.ts';

const CLAIM: OffsetCommitClaim = {
  memberId: 'a',
  groupInstanceId: null,
  generationOrEpoch: 3,
  isTransactional: false,
  apiVersion: 9,
};
const ADMIN = { memberId: '', generationOrEpoch: -1 };

/** `a` is at epoch 3, and got what it has at epoch 2; `c` is a classic member. */
function createGroup() {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  const classicId = fixture.joinClassic({}, 3).response?.memberId ?? '';
  const held = [...(fixture.group().target('a').values().next().value ?? [])];
  fixture.heartbeat('a', 2, owning({ orders: held }));
  assert.equal(fixture.group().members.get('a')?.memberEpoch, 3);
  return { group: fixture.group(), held, classicId };
}

const { group, held, classicId } = createGroup();

for (const { what, claim, error } of [
  { what: 'a member with its epoch', claim: {}, error: 'NONE' },
  { what: 'a member with an epoch of the past', claim: { generationOrEpoch: 2 }, error: 'NONE' },
  { what: 'a member with an epoch of the future', claim: { generationOrEpoch: 4 }, error: 'STALE_MEMBER_EPOCH' },
  { what: 'somebody unknown', claim: { memberId: 'x' }, error: 'UNKNOWN_MEMBER_ID' },
  { what: 'an admin while there are members', claim: ADMIN, error: 'UNKNOWN_MEMBER_ID' },
  { what: 'a transaction without a member', claim: { ...ADMIN, isTransactional: true }, error: 'NONE' },
  { what: 'a member with a version before epochs', claim: { apiVersion: 8 }, error: 'UNSUPPORTED_VERSION' },
  { what: 'a classic member of such a version', claim: { memberId: classicId, apiVersion: 8 }, error: 'NONE' },
  {
    what: 'a classic member ahead of the group',
    claim: { memberId: classicId, generationOrEpoch: 4 },
    error: 'ILLEGAL_GENERATION',
  },
] as const) {
  test(`a commit by ${what}: ${error}`, () => {
    assert.equal(group.offsetCommitError({ ...CLAIM, ...claim }), ErrorCode[error]);
  });
}

test('an admin commits for a group without members', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  fixture.heartbeat('a', -1);
  assert.equal(fixture.group().offsetCommitError({ ...CLAIM, ...ADMIN }), ErrorCode.NONE);
});

test('with an epoch of the past a member commits what it had by then, and nothing else', () => {
  const [own = -1] = held;
  const other = [0, 1, 2, 3, 4, 5].find((partition) => !held.includes(partition)) ?? -1;
  const past = { ...CLAIM, generationOrEpoch: 2 };
  assert.equal(group.partitionCommitError(past, 'orders', own), ErrorCode.NONE);
  assert.equal(group.partitionCommitError(past, 'orders', other), ErrorCode.STALE_MEMBER_EPOCH);
  assert.equal(group.partitionCommitError(past, 'none', 0), ErrorCode.STALE_MEMBER_EPOCH);
  assert.equal(
    group.partitionCommitError({ ...past, generationOrEpoch: 1 }, 'orders', own),
    ErrorCode.STALE_MEMBER_EPOCH,
  );
  assert.equal(group.partitionCommitError(CLAIM, 'orders', other), ErrorCode.NONE);
  const classicPast = { ...past, memberId: classicId };
  assert.equal(group.partitionCommitError(classicPast, 'orders', own), ErrorCode.ILLEGAL_GENERATION);
});

for (const { what, memberId, epoch, error } of [
  { what: 'an admin', memberId: null, epoch: -1, error: 'NONE' },
  { what: 'a member with its epoch', memberId: 'a', epoch: 3, error: 'NONE' },
  { what: 'a member with another', memberId: 'a', epoch: 2, error: 'STALE_MEMBER_EPOCH' },
  { what: 'a classic member with another', memberId: classicId, epoch: 2, error: 'ILLEGAL_GENERATION' },
  { what: 'somebody unknown', memberId: 'x', epoch: 3, error: 'UNKNOWN_MEMBER_ID' },
  { what: 'nobody, with an epoch', memberId: null, epoch: 3, error: 'UNKNOWN_MEMBER_ID' },
] as const) {
  test(`a fetch by ${what}: ${error}`, () => {
    assert.equal(group.offsetFetchError(memberId, epoch), ErrorCode[error]);
  });
}

test('offsets of topics that somebody reads are spared', () => {
  assert.equal(group.isSubscribedTo('orders'), true);
  assert.equal(group.isSubscribedTo('payments'), false);
  assert.equal(group.offsetDeleteError(), 0);
  assert.equal(group.offsetExpiry().baseTimestampMs(77), 77);
});
