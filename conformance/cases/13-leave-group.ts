import type { ApiCases } from '../case.ts';
import { entering, heartbeat, join, leave, type Member, memberIdOf, stable, stablePair } from '../groups/classic.ts';
import { beat, enter, settled } from '../groups/consumers.ts';
import { commit, described, describedConsumers } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const b: Member = { name: 'b' };
const one: Member = { name: 'one', instance: 'one' };
const two: Member = { name: 'two', instance: 'two', group: 'group' };

export const cases: ApiCases = {
  api: 'LeaveGroup',
  needsGroups: true,
  cases: [
    {
      name: 'the only member, and again',
      exchanges: (c) => [...stable(c, a), leave(c, [a]), described(c, 'Empty'), leave(c, [a]), heartbeat(c, a)],
    },
    {
      name: 'one of two',
      exchanges: (c) => [
        ...stablePair(c, a, b),
        leave(c, [a]),
        described(c, 'PreparingRebalance'),
        heartbeat(c, b),
        join(c, b),
      ],
    },
    {
      name: 'a member whose join waits',
      exchanges: (c) => [
        ...stable(c, a),
        ...entering(c, b),
        described(c, 'PreparingRebalance'),
        join(c, a),
        { $answerOn: 'b' },
        ...entering(c, { name: 'third' }),
        described(c, 'PreparingRebalance'),
        leave(c, [a]),
        leave(c, [b]),
        { $answerOn: 'third' },
      ],
    },
    {
      name: 'an id that was given and not used',
      exchanges: (c) => [...stable(c, a), join(c, b), leave(c, [b]), leave(c, [b]), described(c, '')],
    },
    {
      name: 'groups and members that are not there',
      topics: { orders: {} },
      exchanges: (c) => {
        const stranger = { memberId: 'made-up', members: [{ memberId: 'made-up' }] };
        return [
          leave(c, [{ ...a, group: 'missing' }], stranger),
          leave(c, [{ ...a, group: '' }], stranger),
          ...stable(c, a),
          leave(c, [a], stranger),
          leave(c, [a], { memberId: '', members: [{ memberId: '' }] }),
          commit(c, { orders: [{}] }, {}, 'simple'),
          leave(c, [{ ...a, group: 'simple' }], stranger),
          described(c, 'Stable'),
        ];
      },
    },
    {
      name: 'several at once, some of them wrong, none, the same twice',
      versions: { min: 3 },
      exchanges: (c) => [
        ...stablePair(c, a, b),
        leave(c, [a], { members: [] }),
        leave(c, [a], () => ({
          members: [
            { memberId: 'made-up' },
            { memberId: memberIdOf(c, 'a') },
            { memberId: 'made-up' },
            { memberId: '' },
          ],
        })),
        described(c, 'PreparingRebalance'),
        leave(c, [b, b]),
        described(c, 'Empty'),
        leave(c, [{ ...a, group: 'missing' }], { members: [] }),
        leave(c, [{ ...a, group: 'missing' }, b]),
      ],
    },
    {
      name: 'static members: by instance, by id, by both, by a wrong pair',
      versions: { min: 3 },
      exchanges: (c) => [
        ...stable(c, one),
        leave(c, [one], { members: [{ memberId: '', groupInstanceId: 'missing' }] }),
        leave(c, [one], { members: [{ memberId: 'made-up', groupInstanceId: 'one' }] }),
        leave(c, [one], () => ({ members: [{ memberId: memberIdOf(c, 'one'), groupInstanceId: 'two' }] })),
        leave(c, [one], { members: [{ memberId: '', groupInstanceId: '' }] }),
        described(c, 'Stable'),
        leave(c, [one], { members: [{ memberId: '', groupInstanceId: 'one' }] }),
        described(c, 'Empty'),
        ...stable(c, two),
        leave(c, [two], () => ({ members: [{ memberId: memberIdOf(c, 'two') }] })),
        ...stable(c, { ...two, name: 'three' }),
        leave(c, [{ ...two, name: 'three' }]),
      ],
    },
    {
      name: 'a reason',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, a),
        leave(c, [a], () => ({ members: [{ memberId: memberIdOf(c, 'a'), reason: 'r'.repeat(300) }] })),
      ],
    },
    {
      name: 'members of a consumer group',
      topics: { orders: { partitions: 2 } },
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        enter(c, 'n'),
        leave(c, [a], { memberId: 'made-up', members: [{ memberId: 'made-up' }] }),
        leave(c, [a], { memberId: 'm-id', members: [{ memberId: 'm-id' }] }),
        beat(c, 'm'),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'static members of a consumer group',
      topics: { orders: {} },
      versions: { min: 3 },
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { instanceId: 'one' }),
        leave(c, [a], { members: [{ memberId: '', groupInstanceId: 'two' }] }),
        leave(c, [a], { members: [{ memberId: 'made-up', groupInstanceId: 'one' }] }),
        leave(c, [a], { members: [{ memberId: '', groupInstanceId: 'one' }] }),
        describedConsumers(c, ''),
      ],
    },
  ],
};
