import type { ApiCases } from '../case.ts';
import { entered, heartbeat, join, joining, leave, type Member, memberIdOf, stable, sync } from '../groups/classic.ts';
import { described } from '../groups/requests.ts';

const first: Member = { name: 'a', instance: 'one', type: 'plain', protocols: [['range', 'first']] };
/** A new process of the same instance. */
const again: Member = { ...first, name: 'again' };
const other: Member = { name: 'b', instance: 'two', type: 'plain', protocols: [['range', 'second']] };

export const cases: ApiCases = {
  api: 'JoinGroup',
  needsGroups: true,
  cases: [
    {
      name: 'a static member needs no id',
      versions: { min: 5 },
      exchanges: (c) => [...stable(c, first), described(c, 'Stable'), heartbeat(c, first)],
    },
    {
      name: 'a new process takes the place of the only member, and the old one is fenced',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        join(c, again),
        described(c, 'Stable'),
        heartbeat(c, first),
        sync(c, first),
        join(c, first, () => ({ memberId: memberIdOf(c, 'a') })),
        sync(c, again, { a: 'x' }),
        heartbeat(c, again),
      ],
    },
    {
      name: 'a new process with other metadata',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        join(c, { ...again, protocols: [['range', 'changed']] }),
        described(c, 'Stable'),
        sync(c, again, { again: 'anew' }),
      ],
    },
    {
      name: 'a new process with other protocols',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        join(c, { ...again, protocols: [['roundrobin', 'changed']] }),
        described(c, 'Stable'),
        join(c, { ...again, name: 'x', type: 'connect' }),
      ],
    },
    {
      name: 'two instances; the follower is replaced, then the leader',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        joining(c, other),
        described(c, 'PreparingRebalance'),
        join(c, first),
        { $answerOn: 'b' },
        sync(c, first, { a: 'for a', b: 'for b' }),
        sync(c, other),
        join(c, { ...other, name: 'b again' }),
        sync(c, { ...other, name: 'b again' }),
        join(c, again),
        sync(c, again),
        described(c, 'Stable'),
      ],
    },
    {
      name: 'an instance with the member id of another, with one that is unknown, without its group',
      versions: { min: 5 },
      exchanges: (c) => [
        join(c, { ...first, name: 'x0' }, { memberId: 'made-up' }),
        ...stable(c, first),
        joining(c, other),
        described(c, 'PreparingRebalance'),
        join(c, first),
        { $answerOn: 'b' },
        join(c, { ...first, name: 'x1' }, () => ({ memberId: memberIdOf(c, 'b') })),
        join(c, { ...first, name: 'x2' }, { memberId: 'made-up' }),
        join(c, { ...first, name: 'x3', instance: 'three' }, { memberId: 'made-up' }),
        join(c, { ...first, name: 'x4', instance: 'three' }, () => ({ memberId: memberIdOf(c, 'a') })),
      ],
    },
    {
      name: 'a static member comes again with its id',
      versions: { min: 5 },
      exchanges: (c) => [...stable(c, first), join(c, first), sync(c, first, { a: 'x' })],
    },
    {
      name: 'an instance whose join still waits is replaced',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        joining(c, other),
        described(c, 'PreparingRebalance'),
        joining(c, { ...other, name: 'b again' }),
        { $answerOn: 'b' },
        join(c, first),
        { $answerOn: 'b again' },
      ],
    },
    {
      name: 'an instance that left comes back',
      versions: { min: 5 },
      exchanges: (c) => [
        ...stable(c, first),
        leave(c, [first]),
        described(c, 'Empty'),
        join(c, first),
        ...entered(c, again),
      ],
    },
    {
      name: 'an empty instance id, a long one, one of odd characters',
      versions: { min: 5 },
      exchanges: (c) => [
        join(c, { ...first, name: 'empty', group: 'empty', instance: '' }),
        join(c, { ...first, name: 'long', group: 'long', instance: 'i'.repeat(249) }),
        join(c, { ...first, name: 'longer', group: 'longer', instance: 'i'.repeat(250) }),
        join(c, { ...first, name: 'odd', group: 'odd', instance: 'a b/c' }),
        join(c, { ...first, name: 'dots', group: 'dots', instance: '..' }),
      ],
    },
  ],
};
