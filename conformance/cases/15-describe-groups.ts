import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { entered, entering, leave, type Member, stable, stablePair } from '../groups/classic.ts';
import { enter, settled } from '../groups/consumers.ts';
import { commit, deleteGroup, described, groupName } from '../groups/requests.ts';
import type { Body } from '../wire/encode.ts';

const a: Member = { name: 'a' };
const b: Member = { name: 'b', instance: 'two' };
const describe = (c: CaseContext, groups: readonly (string | undefined)[], more: Body = {}): ApiExchange => ({
  $body: { groups: groups.map((group) => groupName(c, group)), ...more },
});

export const cases: ApiCases = {
  api: 'DescribeGroups',
  needsGroups: true,
  cases: [
    {
      name: 'groups in every state',
      topics: { orders: {} },
      exchanges: (c) => [
        ...stablePair(c, a, b),
        describe(c, ['group']),
        ...entering(c, { name: 'third' }),
        described(c, 'PreparingRebalance'),
        describe(c, ['group']),
        leave(c, [a, b]),
        { $answerOn: 'third' },
        describe(c, ['group']),
        leave(c, [{ name: 'third' }]),
        describe(c, ['group']),
        deleteGroup(c),
        describe(c, ['group']),
      ],
    },
    {
      name: 'several, the same twice, without a name, unknown, none',
      exchanges: (c) => [
        ...stable(c, { ...a, group: 'one' }),
        ...entered(c, { name: 'b', group: 'two' }),
        describe(c, ['one', 'two', 'missing', 'one', '']),
        describe(c, []),
      ],
    },
    {
      name: 'a group that only has offsets',
      topics: { orders: {} },
      exchanges: (c) => [commit(c, { orders: [{}] }), describe(c, ['group'])],
    },
    {
      name: 'groups that are not of the classic protocol',
      topics: { orders: {} },
      exchanges: (c) => [...settled(c), enter(c, 'm'), describe(c, ['group'])],
    },
    {
      name: 'authorized operations',
      versions: { min: 3 },
      exchanges: (c) => [...stable(c, a), describe(c, ['group', 'missing'], { includeAuthorizedOperations: true })],
    },
  ],
};
