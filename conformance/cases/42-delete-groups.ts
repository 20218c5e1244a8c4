import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { entered, leave, type Member, memberIdOf, stable } from '../groups/classic.ts';
import { beat, enter, settled } from '../groups/consumers.ts';
import { commit, described, fetchOffsets, groupName } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const remove = (c: CaseContext, ...groups: string[]): ApiExchange => ({
  $body: { groupsNames: groups.map((group) => groupName(c, group)) },
});

export const cases: ApiCases = {
  api: 'DeleteGroups',
  needsGroups: true,
  cases: [
    {
      name: 'a group that only has offsets',
      topics: { orders: { partitions: 2 } },
      exchanges: (c) => [
        commit(c, { orders: [{}, { partition: 1, offset: 9 }] }),
        remove(c, 'group'),
        fetchOffsets(c, null),
        described(c, 'Dead'),
        remove(c, 'group'),
      ],
    },
    {
      name: 'a group with members, and after they left',
      topics: { orders: {} },
      exchanges: (c) => [
        ...stable(c, a),
        commit(c, { orders: [{}] }, () => ({ memberId: memberIdOf(c, 'a'), generationIdOrMemberEpoch: 1 })),
        remove(c, 'group'),
        described(c, 'Stable'),
        fetchOffsets(c, null),
        leave(c, [a]),
        remove(c, 'group'),
        described(c, 'Dead'),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'several, unknown ones, the same twice, none',
      topics: { orders: {} },
      exchanges: (c) => [
        commit(c, { orders: [{}] }, {}, 'one'),
        commit(c, { orders: [{}] }, {}, 'two'),
        ...entered(c, a),
        remove(c, 'one', 'missing', 'group', 'two', 'one'),
        remove(c, 'missing', 'missing'),
        remove(c),
      ],
    },
    {
      name: 'the group without a name',
      isAlone: true,
      topics: { orders: {} },
      exchanges: (c) => [commit(c, { orders: [{}] }, {}, ''), remove(c, '', 'missing'), remove(c, '')],
    },
    {
      name: 'consumer groups',
      topics: { orders: {} },
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        commit(c, { orders: [{}] }, () => ({
          memberId: 'm-id',
          generationIdOrMemberEpoch: Number(c.answer('m').memberEpoch),
        })),
        remove(c, 'group'),
        beat(c, 'm', { memberEpoch: -1 }),
        remove(c, 'group'),
        fetchOffsets(c, null),
        described(c, 'Dead'),
      ],
    },
  ],
};
