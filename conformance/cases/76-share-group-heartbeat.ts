import { type ApiCases, type Exchange, saying } from '../case.ts';
import { configured } from '../groups/requests.ts';
import {
  describedShare,
  settledShares,
  shareAssigned,
  shareBeat,
  shared,
  shareEnter,
  shareLeave,
  topics,
  wrongShareBeat,
} from '../groups/share-members.ts';

export const cases: ApiCases = {
  api: 'ShareGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'the first member, which leaves and comes back',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        shareEnter(c, 'm'),
        shareAssigned(c, 'm'),
        shareBeat(c, 'm'),
        describedShare(c, 'Stable'),
        shareLeave(c, 'm'),
        wrongShareBeat(c, 'm', { memberEpoch: -1 }),
        describedShare(c, 'Empty'),
        shareEnter(c, 'm'),
        shareBeat(c, 'm'),
        describedShare(c, 'Stable'),
      ],
    },
    {
      name: 'members that share a partition',
      topics,
      exchanges: (c) => {
        const bills = { subscribedTopicNames: [c.name('bills')] };
        return [
          ...settledShares(c),
          shareEnter(c, 'm', bills),
          shareAssigned(c, 'm'),
          shareEnter(c, 'n', { ...bills, rackId: 'r' }),
          shareBeat(c, 'm'),
          shareEnter(c, 'o'),
          shareAssigned(c, 'o'),
          shareBeat(c, 'm'),
          shareBeat(c, 'n'),
          wrongShareBeat(c, 'p', { memberEpoch: 0, ...bills }),
          describedShare(c, 'Stable'),
          shareLeave(c, 'm'),
          shareBeat(c, 'n'),
          shareBeat(c, 'o'),
          describedShare(c, 'Stable'),
        ];
      },
    },
    {
      name: 'subscriptions that change',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        shareBeat(c, 'm', { subscribedTopicNames: [c.name('bills'), c.name('orders')] }),
        {
          ...shareBeat(c, 'm', { subscribedTopicNames: [c.name('orders'), c.name('bills'), c.name('bills')] }),
          $until: saying(c.topicId('bills')),
        },
        shareBeat(c, 'm', { subscribedTopicNames: [c.name('bills')] }),
        shareBeat(c, 'm', { subscribedTopicNames: [c.name('missing')] }),
        shareBeat(c, 'm', { subscribedTopicNames: [] }),
        shareBeat(c, 'm', { rackId: 'another' }),
        describedShare(c, 'Stable'),
      ],
    },
    {
      name: 'a topic that is made later, and gets more partitions',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        shareEnter(c, 'm', { subscribedTopicNames: [c.name('later')] }),
        {
          $api: 'CreateTopics',
          $version: 7,
          $body: { topics: [{ name: c.name('later'), numPartitions: 1, replicationFactor: 1 }], timeoutMs: 9000 },
        },
        { ...shareBeat(c, 'm'), $until: saying('"partitions":[0]') },
        {
          $api: 'CreatePartitions',
          $version: 3,
          $body: { topics: [{ name: c.name('later'), count: 3, assignments: null }], timeoutMs: 9000 },
        },
        { ...shareBeat(c, 'm'), $until: saying('"partitions":[0,1,2]') },
      ],
    },
    {
      name: 'epochs that are not those of the member',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        wrongShareBeat(c, 'm', () => ({ memberEpoch: Number(c.answer('m').memberEpoch) + 1 })),
        shareBeat(c, 'm', () => ({ memberEpoch: Number(c.answer('m').memberEpoch) - 1 })),
        wrongShareBeat(c, 'm', { memberEpoch: 1 }),
        wrongShareBeat(c, 'nobody', { memberEpoch: 5 }),
        wrongShareBeat(c, 'm', { memberEpoch: 5 }, 'missing'),
        wrongShareBeat(c, 'm', { memberEpoch: -1 }, 'missing'),
        shareEnter(c, 'm'),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...[
          { memberId: '' },
          { memberId: ' ' },
          { groupId: '' },
          { groupId: ' ' },
          { rackId: '' },
          { memberEpoch: -2 },
          { subscribedTopicNames: [] },
          { subscribedTopicNames: null },
          { memberId: 'i'.repeat(40) },
          { subscribedTopicNames: ['not a name!'] },
        ].map((changes, index): Exchange => {
          const { $as: _, ...request } = shareEnter(c, `m${index}`, changes, `g${index}`);
          return request;
        }),
        describedShare(c, '', 'g0'),
      ],
    },
    {
      name: 'settings of the group',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...configured(c, { 'share.heartbeat.interval.ms': '150', 'share.session.timeout.ms': '400' }),
        {
          ...shareEnter(c, 'm', { subscribedTopicNames: [c.name('missing')] }),
          $until: saying('"heartbeatIntervalMs":150'),
        },
        { $pauseMs: 900 },
        describedShare(c, 'Empty'),
        wrongShareBeat(c, 'm'),
      ],
    },
  ],
};
