import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { type Member, stable } from '../groups/classic.ts';
import { beat, enter, holding, settled } from '../groups/consumers.ts';
import { commit, groupName } from '../groups/requests.ts';
import type { Body } from '../wire/encode.ts';

const a: Member = { name: 'a', group: 'classic' };
const describe = (c: CaseContext, groups: readonly string[], more: Body = {}): ApiExchange => ({
  $body: { groupIds: groups.map((group) => groupName(c, group)), ...more },
});
const topics = { orders: { partitions: 2 } };

export const cases: ApiCases = {
  api: 'ConsumerGroupDescribe',
  needsGroups: true,
  cases: [
    {
      name: 'a group from its first member to its last',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { rackId: 'r1', instanceId: 'one' }),
        describe(c, ['group']),
        holding(c, 'm', { orders: [0, 1] }, { instanceId: 'one' }),
        describe(c, ['group']),
        enter(c, 'n', { subscribedTopicNames: [c.name('orders'), c.name('missing')] }),
        describe(c, ['group']),
        beat(c, 'm', { instanceId: 'one' }),
        describe(c, ['group']),
        beat(c, 'm', { instanceId: 'one', memberEpoch: -2 }),
        describe(c, ['group']),
        beat(c, 'm', { instanceId: 'one', memberEpoch: -1 }),
        beat(c, 'n', { memberEpoch: -1 }),
        describe(c, ['group']),
      ],
    },
    {
      name: 'other groups, unknown ones, without a name, the same twice, none',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...stable(c, a),
        commit(c, { orders: [{}] }, {}, 'offsets'),
        enter(c, 'm'),
        describe(c, ['classic', 'offsets', 'missing', '', 'group']),
        describe(c, ['group', 'group']),
        describe(c, []),
      ],
    },
    {
      name: 'authorized operations',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        describe(c, ['group', 'missing'], { includeAuthorizedOperations: true }),
      ],
    },
  ],
};
