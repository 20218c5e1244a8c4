import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { numbered } from '../wire/record-batch.ts';

const ask = (c: CaseContext, partition: Body, topic = 'orders', more: Body = {}): Body => ({
  ...(c.version >= 3 ? { replicaId: -1 } : {}),
  topics: [{ topic: c.name(topic), partitions: [{ partition: 0, ...partition }] }],
  ...more,
});
const records = (c: CaseContext) => [{ topic: 'orders', batch: { records: numbered(3, c.time(0)) } }];

export const cases: ApiCases = {
  api: 'OffsetForLeaderEpoch',
  cases: [
    {
      name: 'the epochs that there are',
      topics: { orders: {} },
      produce: records,
      exchanges: (c) => [0, 1, 5, -1].map((leaderEpoch) => ask(c, { leaderEpoch })),
    },
    {
      name: 'an empty partition',
      topics: { orders: {} },
      exchanges: (c) => [0, 1, -1].map((leaderEpoch) => ask(c, { leaderEpoch })),
    },
    {
      name: 'the current leader epoch',
      topics: { orders: {} },
      produce: records,
      exchanges: (c) => [0, 1, -1, -2].map((currentLeaderEpoch) => ask(c, { leaderEpoch: 0, currentLeaderEpoch })),
    },
    {
      name: 'unknown topics and partitions, none, the same twice',
      topics: { orders: {} },
      produce: records,
      exchanges: (c) => [
        ask(c, { leaderEpoch: 0 }, 'missing'),
        ask(c, { leaderEpoch: 0, partition: 4 }),
        ask(c, { leaderEpoch: 0, partition: -1 }),
        ask(c, {}, 'orders', { topics: [] }),
        ask(c, {}, 'orders', { topics: [{ topic: c.name('orders'), partitions: [] }] }),
        ask(c, {}, 'orders', {
          topics: [
            {
              topic: c.name('orders'),
              partitions: [
                { partition: 0, leaderEpoch: 0 },
                { partition: 0, leaderEpoch: 0 },
              ],
            },
          ],
        }),
      ],
    },
    {
      name: 'from a replica, and the debugging one',
      versions: { min: 3 },
      topics: { orders: {} },
      produce: records,
      exchanges: (c) => [-2, 999, c.nodeId].map((replicaId) => ask(c, { leaderEpoch: 0 }, 'orders', { replicaId })),
    },
  ],
};
