import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { leave, type Member, memberIdOf, stable } from '../groups/classic.ts';
import { beat, enter, settled } from '../groups/consumers.ts';
import { commit, described, fetchOffsets, groupName } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const remove = (c: CaseContext, topics: Readonly<Record<string, readonly number[]>>, group?: string): ApiExchange => ({
  $body: {
    groupId: groupName(c, group),
    topics: Object.entries(topics).map(([topic, partitions]) => ({
      name: c.name(topic),
      partitions: partitions.map((partitionIndex) => ({ partitionIndex })),
    })),
  },
});
const topics = { orders: { partitions: 3 }, bills: {} };

export const cases: ApiCases = {
  api: 'OffsetDelete',
  needsGroups: true,
  cases: [
    {
      name: 'of a group without members',
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{}, { partition: 1 }, { partition: 2 }], bills: [{}] }),
        remove(c, { orders: [0, 1] }),
        fetchOffsets(c, null),
        remove(c, { orders: [0, 1, 2, 9, -1], bills: [0], missing: [0] }),
        described(c, ''),
      ],
    },
    {
      name: 'of groups that are not there, without a name',
      topics,
      exchanges: (c) => [
        remove(c, { orders: [0] }),
        remove(c, { orders: [0] }, ''),
        remove(c, {}),
        commit(c, { orders: [{}] }),
        remove(c, {}),
        remove(c, { orders: [] }),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'the same partition twice, the same topic twice',
      topics,
      exchanges: (c) => [
        commit(c, { orders: [{}, { partition: 1 }] }),
        remove(c, { orders: [0, 0] }),
        {
          groupId: c.name('group'),
          topics: [0, 1].map((partitionIndex) => ({ name: c.name('orders'), partitions: [{ partitionIndex }] })),
        },
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'of a group with members: topics that they subscribe to, others',
      topics,
      exchanges: (c) => [
        ...stable(c, a),
        commit(c, { orders: [{}], bills: [{}] }, () => ({
          memberId: memberIdOf(c, 'a'),
          generationIdOrMemberEpoch: 1,
        })),
        remove(c, { orders: [0], bills: [0] }),
        fetchOffsets(c, null),
        leave(c, [a]),
        remove(c, { orders: [0] }),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'of a group with members that are no consumers',
      topics,
      exchanges: (c) => [
        ...stable(c, { ...a, type: 'connect', protocols: [['x', 'y']] }),
        commit(c, { orders: [{}] }, () => ({ memberId: memberIdOf(c, 'a'), generationIdOrMemberEpoch: 1 })),
        remove(c, { orders: [0] }),
        fetchOffsets(c, null),
        leave(c, [a]),
        remove(c, { orders: [0] }),
      ],
    },
    {
      name: 'of a consumer group: topics that it subscribes to, others',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        commit(c, { orders: [{}], bills: [{}] }, () => ({
          memberId: 'm-id',
          generationIdOrMemberEpoch: Number(c.answer('m').memberEpoch),
        })),
        remove(c, { orders: [0], bills: [0], missing: [0] }),
        fetchOffsets(c, null),
        beat(c, 'm', { memberEpoch: -1 }),
        remove(c, { orders: [0] }),
        fetchOffsets(c, null),
      ],
    },
  ],
};
