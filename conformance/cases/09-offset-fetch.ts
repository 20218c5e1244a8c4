import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { unknownId } from '../constants.ts';
import { type Member, memberIdOf, stable } from '../groups/classic.ts';
import { beat, enter, epochOf, settled } from '../groups/consumers.ts';
import { commit, fetchOffsets, groupName } from '../groups/requests.ts';
import type { Body } from '../wire/encode.ts';

const a: Member = { name: 'a' };
const topics = { orders: { partitions: 3 }, bills: {} };
const committed = (c: CaseContext, group?: string): ApiExchange =>
  commit(
    c,
    {
      orders: [
        { offset: 3, committedLeaderEpoch: 2 },
        { partition: 2, offset: 8, committedMetadata: 'far' },
      ],
      bills: [{ offset: 1 }],
    },
    {},
    group,
  );

export const cases: ApiCases = {
  api: 'OffsetFetch',
  needsGroups: true,
  cases: [
    {
      name: 'partitions with and without offsets, all partitions',
      topics,
      exchanges: (c) => [
        fetchOffsets(c, { orders: [0, 1] }),
        committed(c),
        fetchOffsets(c, { orders: [0, 1, 2], bills: [0] }),
        fetchOffsets(c, { orders: [2] }),
        ...(c.version >= 2 ? [fetchOffsets(c, null)] : []),
      ],
    },
    {
      name: 'groups that are not there, without a name',
      topics,
      exchanges: (c) => [
        fetchOffsets(c, { orders: [0] }),
        ...(c.version >= 2 ? [fetchOffsets(c, null)] : []),
        fetchOffsets(c, { orders: [0] }, { group: '' }),
        fetchOffsets(c, {}),
      ],
    },
    {
      name: 'topics and partitions that are not there',
      topics,
      exchanges: (c) => [
        committed(c),
        fetchOffsets(c, { orders: [0, 9, -1] }),
        fetchOffsets(c, { orders: [] }),
        fetchOffsets(c, {}),
        c.version >= 10
          ? fetchOffsets(
              c,
              {},
              {
                member: () => ({
                  topics: [{ topicId: unknownId, partitionIndexes: [0, 1] }, { partitionIndexes: [0] }],
                }),
              },
            )
          : fetchOffsets(c, { missing: [0], bills: [0] }),
        fetchOffsets(c, { orders: [0, 0, 2] }),
      ],
    },
    {
      name: 'topics of invalid names, the same topic twice',
      versions: { max: 7 },
      topics,
      exchanges: (c) => [
        committed(c),
        ...['', '..', 'a b'].map((name) =>
          fetchOffsets(c, {}, { more: { topics: [{ name, partitionIndexes: [0] }] } }),
        ),
        fetchOffsets(
          c,
          {},
          { more: { topics: [0, 2].map((index) => ({ name: c.name('orders'), partitionIndexes: [index] })) } },
        ),
      ],
    },
    {
      name: 'only what is stable',
      versions: { min: 7 },
      topics,
      exchanges: (c) => [
        committed(c),
        fetchOffsets(c, { orders: [0, 1, 2] }, { more: { requireStable: true } }),
        fetchOffsets(c, null, { more: { requireStable: true } }),
      ],
    },
    {
      name: 'several groups, the same twice, none',
      versions: { min: 8 },
      topics,
      exchanges: (c) => {
        const of = (group: string, more: Body): Body => ({ groupId: groupName(c, group), ...more });
        const bills = () => [
          { ...(c.version >= 10 ? { topicId: c.topicId('bills') } : { name: c.name('bills') }), partitionIndexes: [0] },
        ];
        return [
          committed(c, 'one'),
          committed(c, 'two'),
          {
            $body: () => ({
              groups: [
                of('one', { topics: null }),
                of('two', { topics: bills() }),
                of('missing', { topics: bills() }),
                of('', { topics: [] }),
                of('nothing', { topics: null }),
              ],
            }),
          },
          { $body: () => ({ groups: [of('one', { topics: [] }), of('one', { topics: bills() })] }) },
          { groups: [] },
        ];
      },
    },
    {
      name: 'as a member of a consumer group, right and wrong',
      versions: { min: 9 },
      topics,
      exchanges: (c) => {
        const asked = (memberId: string | null, memberEpoch: number | (() => number)) =>
          fetchOffsets(
            c,
            { orders: [0] },
            {
              member: () => ({ memberId, memberEpoch: typeof memberEpoch === 'number' ? memberEpoch : memberEpoch() }),
            },
          );
        return [
          asked('m-id', 1),
          ...settled(c),
          enter(c, 'm'),
          asked('m-id', () => epochOf(c, 'm')),
          asked('m-id', 0),
          asked('m-id', 99),
          asked('m-id', -1),
          asked('made-up', 1),
          asked('made-up', -1),
          asked('', 1),
          asked(null, 1),
          asked(null, -1),
          beat(c, 'm', { memberEpoch: -1 }),
          asked('m-id', 1),
          asked(null, -1),
        ];
      },
    },
    {
      name: 'as a member of a classic group',
      versions: { min: 9 },
      topics,
      exchanges: (c) => [
        ...stable(c, a),
        fetchOffsets(c, { orders: [0] }, { member: () => ({ memberId: memberIdOf(c, 'a'), memberEpoch: 1 }) }),
        fetchOffsets(c, { orders: [0] }, { member: { memberId: 'made-up', memberEpoch: 7 } }),
      ],
    },
  ],
};
