import type { ApiCases } from '../case.ts';
import { entered, entering, heartbeat, leave, type Member, stable } from '../groups/classic.ts';
import { commit, described } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const one: Member = { name: 'one', instance: 'one' };

export const cases: ApiCases = {
  api: 'Heartbeat',
  needsGroups: true,
  cases: [
    { name: 'of a stable group', exchanges: (c) => [...stable(c, a), heartbeat(c, a), heartbeat(c, a)] },
    { name: 'before the leader has synced', exchanges: (c) => [...entered(c, a), heartbeat(c, a)] },
    {
      name: 'while members are still to join',
      exchanges: (c) => [
        ...stable(c, a),
        ...entering(c, { name: 'b' }),
        described(c, 'PreparingRebalance'),
        heartbeat(c, a),
        heartbeat(c, a, { generationId: 0 }),
      ],
    },
    {
      name: 'groups and members that are not there',
      topics: { orders: {} },
      exchanges: (c) => [
        heartbeat(c, { ...a, group: 'missing' }, { memberId: 'made-up', generationId: 1 }),
        heartbeat(c, { ...a, group: 'missing' }),
        heartbeat(c, { ...a, group: '' }, { memberId: 'made-up', generationId: 1 }),
        heartbeat(c, { ...a, group: '' }),
        ...stable(c, a),
        heartbeat(c, a, { memberId: 'made-up' }),
        heartbeat(c, a, { memberId: '' }),
        leave(c, [a]),
        heartbeat(c, a),
        commit(c, { orders: [{}] }, {}, 'simple'),
        heartbeat(c, { ...a, group: 'simple' }),
      ],
    },
    {
      name: 'wrong generations',
      exchanges: (c) => [
        ...stable(c, a),
        ...[-1, 0, 2, 2_147_483_647, -2_147_483_648].map((generationId) => heartbeat(c, a, { generationId })),
        heartbeat(c, a, { memberId: 'made-up', generationId: 9 }),
      ],
    },
    {
      name: 'static members',
      versions: { min: 3 },
      exchanges: (c) => [
        ...stable(c, one),
        heartbeat(c, one),
        heartbeat(c, one, { groupInstanceId: null }),
        heartbeat(c, one, { groupInstanceId: 'two' }),
        heartbeat(c, one, { memberId: 'made-up' }),
        heartbeat(c, one, { memberId: '' }),
        heartbeat(c, one, { memberId: 'made-up', generationId: 7 }),
        heartbeat(c, one, { groupInstanceId: '' }),
        ...stable(c, { name: 'dynamic', group: 'dynamic' }),
        heartbeat(c, { name: 'dynamic', group: 'dynamic' }, { groupInstanceId: 'one' }),
      ],
    },
  ],
};
