import type { ApiCases, ApiExchange, CaseContext, Exchange } from '../case.ts';
import { type Member, memberIdOf, stable } from '../groups/classic.ts';
import { beat, enter, epochOf, settled } from '../groups/consumers.ts';
import { commit, described, describedConsumers, fetchOffsets } from '../groups/requests.ts';
import type { Body } from '../wire/encode.ts';

/**
 * Static: it is in with its first request. One that is told its id and comes again with it may find that the group, which
 * holds nothing, was swept away meanwhile.
 */
const a: Member = { name: 'a', instance: 'first' };
const topics = { orders: { partitions: 3 }, bills: {} };
/** Versions 2 to 4 say how long an offset is to be kept; −1 leaves it to the broker. */
const keptFor = (retentionTimeMs: number): Body => ({ retentionTimeMs });
const soon = keptFor(1);
const asBroker = keptFor(-1);

/** Whatever has an expiry of its own is looked at within the interval of the broker's looks. */
const afterSomeLooks: Exchange = { $pauseMs: 2_500 };
/** `offsets.retention.minutes` is 1 at least. */
const afterRetention: Exchange = { $pauseMs: 64_000 };

const by =
  (c: CaseContext, more: Body = {}) =>
  () => ({
    memberId: memberIdOf(c, a.name),
    generationIdOrMemberEpoch: Number(c.answer(a.name).generationId),
    ...more,
  });

const leaving = (c: CaseContext): ApiExchange => ({
  $api: 'LeaveGroup',
  $version: 3,
  $on: a.name,
  $body: () => ({
    groupId: c.name('group'),
    members: [{ memberId: memberIdOf(c, a.name), groupInstanceId: a.instance ?? null }],
  }),
});

const all = (c: CaseContext) => fetchOffsets(c, { orders: [0, 1], bills: [0] });

export const cases: ApiCases = {
  api: 'OffsetCommit',
  needsGroups: true,
  cases: [
    {
      name: 'offsets of a group without members end by their own retention, the others stay',
      versions: { min: 2, max: 4 },
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{ offset: 3 }] }, soon),
        commit(c, { orders: [{ partition: 1, offset: 8 }], bills: [{ offset: 1 }] }, asBroker),
        afterSomeLooks,
        all(c),
        described(c, 'Empty'),
      ],
    },
    {
      name: 'a group without members ends with its last offset',
      versions: { min: 2, max: 4 },
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{ offset: 3 }], bills: [{ offset: 1 }] }, soon),
        afterSomeLooks,
        all(c),
        described(c, 'Dead'),
      ],
    },
    {
      name: 'what members subscribe to stays, whatever its retention; the rest ends',
      versions: { min: 4, max: 4 },
      topics,
      exchanges: (c) => [
        ...stable(c, a),
        commit(c, { orders: [{ offset: 3 }, { partition: 1, offset: 8 }], bills: [{ offset: 1 }] }, by(c, soon)),
        afterSomeLooks,
        all(c),
        described(c, 'Stable'),
        leaving(c),
        afterSomeLooks,
        all(c),
        described(c, 'Dead'),
      ],
    },
    {
      name: 'a group that its members left ends, with what was committed while they were there',
      versions: { min: 9, max: 9 },
      topics,
      exchanges: (c) => [
        ...stable(c, a),
        commit(c, { orders: [{ offset: 3 }] }, by(c)),
        leaving(c),
        afterSomeLooks,
        all(c),
        afterRetention,
        all(c),
        described(c, 'Dead'),
      ],
    },
    {
      name: 'offsets of a simple group end by their own age',
      versions: { min: 9, max: 9 },
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{ offset: 3 }] }),
        { $pauseMs: 40_000 },
        commit(c, { orders: [{ partition: 1, offset: 8 }] }),
        { $pauseMs: 24_000 },
        all(c),
        described(c, 'Empty'),
      ],
    },
    {
      name: 'a group of the new protocol keeps what its members subscribe to',
      versions: { min: 9, max: 9 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        beat(c, 'm'),
        commit(c, { orders: [{ offset: 3 }], bills: [{ offset: 1 }] }, () => ({
          memberId: 'm-id',
          generationIdOrMemberEpoch: epochOf(c, 'm'),
        })),
        ...Array.from({ length: 16 }, () => [{ $pauseMs: 4_000 }, beat(c, 'm')]).flat(),
        all(c),
        describedConsumers(c, 'Stable'),
      ],
    },
  ],
};
