import type { ApiCases } from '../case.ts';
import { heartbeat, join, leave, stable, sync } from '../groups/classic.ts';
import { enter } from '../groups/consumers.ts';
import { deleteGroup, described, describedConsumers, requestOf } from '../groups/requests.ts';
import {
  abandoned,
  alter,
  describedShare,
  forget,
  offsets,
  settledShares,
  shared,
  shareEnter,
  topics,
  wrongShareBeat,
} from '../groups/share-members.ts';

export const cases: ApiCases = {
  api: 'ShareGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'groups of other kinds',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...stable(c, { name: 'classic', group: 'classic' }),
        enter(c, 'consumer', {}, 'consumer'),
        ...['classic', 'consumer'].flatMap((group) => [
          shareEnter(c, 'm', {}, group),
          wrongShareBeat(c, 'm', { memberEpoch: -1 }, group),
          describedShare(c, '', group),
          offsets(c, undefined, group),
          alter(c, { orders: { 0: 0 } }, group),
          forget(c, ['orders'], group),
        ]),
        leave(c, [{ name: 'classic', group: 'classic' }]),
        shareEnter(c, 'm', {}, 'classic'),
      ],
    },
    {
      name: 'what others may ask of a share group',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        join(c, { name: 'classic' }),
        sync(c, { name: 'classic' }),
        heartbeat(c, { name: 'classic' }),
        leave(c, [{ name: 'classic' }]),
        { ...enter(c, 'consumer'), $as: 'refused' },
        described(c, ''),
        describedConsumers(c, ''),
        {
          ...requestOf(c, 'OffsetCommit'),
          $body: () => ({
            groupId: c.name('group'),
            generationIdOrMemberEpoch: -1,
            topics: [
              {
                name: c.name('orders'),
                partitions: [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1 }],
              },
            ],
          }),
        },
        {
          ...requestOf(c, 'OffsetFetch'),
          $body: () => ({ groups: [{ groupId: c.name('group'), topics: null }] }),
        },
        {
          ...requestOf(c, 'OffsetDelete'),
          $body: () => ({
            groupId: c.name('group'),
            topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0 }] }],
          }),
        },
        deleteGroup(c),
      ],
    },
    {
      name: 'an empty share group is none for others either',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...abandoned(c),
        join(c, { name: 'classic' }),
        { ...enter(c, 'consumer'), $as: 'refused' },
        {
          ...requestOf(c, 'ListGroups'),
          $body: { statesFilter: [], typesFilter: ['Share'] },
        },
        { ...requestOf(c, 'ListGroups'), $body: { statesFilter: ['empty'], typesFilter: ['share', 'classic'] } },
        { ...requestOf(c, 'ListGroups'), $body: { statesFilter: ['stable'], typesFilter: ['share'] } },
        deleteGroup(c),
        deleteGroup(c),
        describedShare(c, ''),
        offsets(c, { orders: [0, 1] }),
        shareEnter(c, 'n'),
      ],
    },
  ],
};
