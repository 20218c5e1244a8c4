import type { ApiCases, CaseContext } from '../case.ts';
import { unknownId } from '../constants.ts';
import { entered, entering, type Member, memberIdOf, stable, sync } from '../groups/classic.ts';
import { beat, enter, epochOf, settled } from '../groups/consumers.ts';
import { commit, deleteGroup, described, fetchOffsets } from '../groups/requests.ts';
import type { Body } from '../wire/encode.ts';

const a: Member = { name: 'a' };
const one: Member = { name: 'one', instance: 'one' };
const topics = { orders: { partitions: 3 }, bills: {} };
/** Fields of a member's commit, with its id and generation. */
const by =
  (c: CaseContext, name: string, more: Body = {}) =>
  () => ({
    memberId: memberIdOf(c, name),
    generationIdOrMemberEpoch: Number(c.answer(name).generationId),
    ...more,
  });
const byConsumer =
  (c: CaseContext, more: Body = {}) =>
  () => ({
    memberId: 'm-id',
    generationIdOrMemberEpoch: epochOf(c, 'm'),
    ...more,
  });
const orders = { orders: [{}] };

export const cases: ApiCases = {
  api: 'OffsetCommit',
  needsGroups: true,
  cases: [
    {
      name: 'without a group of members',
      topics,
      exchanges: (c) => [
        commit(c, {
          orders: [
            { offset: 0 },
            { partition: 1, offset: 7, committedLeaderEpoch: 3, committedMetadata: 'somewhere' },
            { partition: 2, offset: 9_007_199_254_740_991n, committedMetadata: null },
          ],
          bills: [{ offset: 1 }],
        }),
        fetchOffsets(c, null),
        described(c, ''),
      ],
    },
    {
      name: 'strange offsets and epochs',
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{ offset: -1 }, { partition: 1, offset: -2 }, { partition: 2, offset: -9 }] }),
        commit(c, { orders: [{ committedLeaderEpoch: -1 }, { partition: 1, committedLeaderEpoch: -7 }] }),
        commit(c, { orders: [{ partition: 2, committedLeaderEpoch: 2_147_483_647 }] }),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'metadata at the limit and one past it',
      topics,
      exchanges: (c) => [
        commit(c, {
          orders: [
            { committedMetadata: 'm'.repeat(4096) },
            { partition: 1, committedMetadata: 'm'.repeat(4097) },
            { partition: 2, committedMetadata: 'é'.repeat(2049) },
          ],
        }),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'topics and partitions that are not there',
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{ partition: 3 }, { partition: -1 }, {}] }),
        c.version >= 10
          ? commit(
              c,
              {},
              { topics: [{ topicId: unknownId, partitions: [{ committedOffset: 1, committedMetadata: '' }] }] },
            )
          : commit(c, { missing: [{}], orders: [{ partition: 1 }] }),
        commit(c, {}, { topics: [{ partitions: [{ committedOffset: 1, committedMetadata: '' }] }] }),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'topics of invalid names',
      versions: { max: 9 },
      topics,
      exchanges: (c) => [
        ...['', '..', 'a b', 'n'.repeat(250)].map((name) =>
          commit(c, {}, { topics: [{ name, partitions: [{ committedOffset: 1, committedMetadata: '' }] }] }),
        ),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'no topics, no partitions, the same partition twice, the same topic twice',
      topics,
      exchanges: (c) => [
        commit(c, {}),
        commit(c, { orders: [] }),
        commit(c, { orders: [{ offset: 1 }, { offset: 2 }] }),
        fetchOffsets(c, null),
        commit(c, {}, () => ({
          topics: [3, 4].map((committedOffset) => ({
            ...(c.version >= 10 ? { topicId: c.topicId('orders') } : { name: c.name('orders') }),
            partitions: [{ committedOffset, committedMetadata: '' }],
          })),
        })),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'the group without a name',
      isAlone: true,
      topics,
      exchanges: (c) => [
        commit(c, orders, {}, ''),
        fetchOffsets(c, { orders: [0] }, { group: '' }),
        commit(c, orders, { memberId: 'made-up', generationIdOrMemberEpoch: 3 }, ''),
        deleteGroup(c, ''),
      ],
    },
    {
      name: 'as a member of a group that is not there, or has no members',
      topics,
      exchanges: (c) => [
        commit(c, orders, { memberId: 'made-up', generationIdOrMemberEpoch: 1 }, 'missing'),
        commit(c, orders, { memberId: '', generationIdOrMemberEpoch: 0 }, 'missing'),
        commit(c, orders, { memberId: 'made-up' }),
        commit(c, orders, { memberId: 'made-up', generationIdOrMemberEpoch: 1 }),
        commit(c, orders, { memberId: '', generationIdOrMemberEpoch: 0 }),
        commit(c, orders, { memberId: '', generationIdOrMemberEpoch: -2 }),
        commit(c, orders),
        commit(c, orders, { memberId: 'made-up' }),
        commit(c, orders, { memberId: 'made-up', generationIdOrMemberEpoch: 0 }),
        commit(c, orders, { memberId: '', generationIdOrMemberEpoch: 1 }),
        described(c, ''),
      ],
    },
    {
      name: 'as a member of a classic group, right and wrong',
      topics,
      exchanges: (c) => [
        ...stable(c, a),
        commit(c, orders, by(c, 'a')),
        commit(c, orders, by(c, 'a', { memberId: 'made-up' })),
        commit(c, orders, by(c, 'a', { memberId: '' })),
        commit(c, orders, by(c, 'a', { generationIdOrMemberEpoch: 0 })),
        commit(c, orders, by(c, 'a', { generationIdOrMemberEpoch: 2 })),
        commit(c, orders, by(c, 'a', { generationIdOrMemberEpoch: -1 })),
        commit(c, orders),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'while a classic group rebalances',
      topics,
      exchanges: (c) => [
        ...entered(c, a),
        commit(c, orders, by(c, 'a')),
        sync(c, a, { a: 'x' }),
        ...entering(c, { name: 'b' }),
        described(c, 'PreparingRebalance'),
        commit(c, orders, by(c, 'a')),
        commit(c, orders, by(c, 'a', { memberId: 'made-up' })),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'as a static member, right and wrong',
      versions: { min: 7 },
      topics,
      exchanges: (c) => [
        ...stable(c, one),
        commit(c, orders, by(c, 'one', { groupInstanceId: 'one' })),
        commit(c, orders, by(c, 'one', { groupInstanceId: 'two' })),
        commit(c, orders, by(c, 'one', { groupInstanceId: 'one', memberId: 'made-up' })),
        commit(c, orders, by(c, 'one', { groupInstanceId: null })),
        commit(c, orders, by(c, 'one', { groupInstanceId: 'one', memberId: '' })),
        commit(c, orders, by(c, 'one', { groupInstanceId: 'one', memberId: '', generationIdOrMemberEpoch: -1 })),
      ],
    },
    {
      name: 'as a member of a consumer group, right and wrong',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { instanceId: 'one' }),
        commit(c, orders, byConsumer(c)),
        commit(c, orders, byConsumer(c, { memberId: 'made-up' })),
        commit(c, orders, byConsumer(c, { memberId: '' })),
        commit(c, orders, byConsumer(c, { generationIdOrMemberEpoch: 0 })),
        commit(c, orders, byConsumer(c, { generationIdOrMemberEpoch: -1 })),
        commit(c, orders, byConsumer(c, { generationIdOrMemberEpoch: 99 })),
        commit(c, orders, byConsumer(c, { groupInstanceId: 'two' })),
        commit(c, orders),
        beat(c, 'm', { subscribedTopicNames: [c.name('orders'), c.name('bills')] }),
        commit(c, orders, byConsumer(c)),
        commit(c, orders, byConsumer(c, { generationIdOrMemberEpoch: epochOf(c, 'm') - 1 })),
        fetchOffsets(c, null),
        beat(c, 'm', { memberEpoch: -1, instanceId: 'one' }),
        commit(c, orders, { memberId: 'm-id', generationIdOrMemberEpoch: 1 }),
        commit(c, orders),
      ],
    },
    {
      name: 'a retention of its own',
      versions: { max: 4 },
      topics,
      exchanges: (c) => [
        commit(c, orders, { retentionTimeMs: 1 }),
        commit(c, { orders: [{ partition: 1 }] }, { retentionTimeMs: -5 }),
        fetchOffsets(c, null),
      ],
    },
  ],
};
