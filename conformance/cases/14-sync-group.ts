import type { ApiCases } from '../case.ts';
import {
  entered,
  entering,
  generationOf,
  heartbeat,
  join,
  joinedBy,
  leave,
  type Member,
  stable,
  stablePair,
  sync,
  syncing,
} from '../groups/classic.ts';
import { described } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const b: Member = { name: 'b' };
const one: Member = { name: 'one', instance: 'one' };

export const cases: ApiCases = {
  api: 'SyncGroup',
  needsGroups: true,
  cases: [
    { name: 'the only member', exchanges: (c) => [...stable(c, a), described(c, 'Stable'), sync(c, a)] },
    {
      name: 'the leader, then its follower',
      exchanges: (c) => [...stablePair(c, a, b), described(c, 'Stable')],
    },
    {
      name: 'a follower waits for the leader',
      exchanges: (c) => [
        ...stable(c, a),
        ...joinedBy(c, a, b),
        syncing(c, b),
        { $answerOn: 'b', $silenceMs: 30 },
        sync(c, a, { a: 'for a', b: 'for b' }),
        { $answerOn: 'b' },
        sync(c, b),
        sync(c, a, { a: 'something else' }),
        sync(c, b, { b: 'of a follower' }),
      ],
    },
    {
      name: 'assignments for some, for none, for strangers, twice for the same',
      exchanges: (c) => [
        ...stable(c, a),
        ...joinedBy(c, a, b),
        sync(c, a, { b: 'for b', stranger: 'x' }),
        sync(c, b),
        described(c, 'Stable'),
        ...entered(c, { name: 'none', group: 'none' }),
        sync(c, { name: 'none', group: 'none' }),
        ...entered(c, { name: 'twice', group: 'twice' }),
        sync(c, { name: 'twice', group: 'twice' }, {}, () => ({
          assignments: ['1', '2'].map((assignment) => ({
            memberId: String(c.answer('twice').memberId),
            assignment: Buffer.from(assignment),
          })),
        })),
      ],
    },
    {
      name: 'groups and members that are not there',
      exchanges: (c) => [
        sync(c, { ...a, group: 'missing' }, {}, { memberId: 'made-up', generationId: 1 }),
        sync(c, { ...a, group: 'missing' }),
        sync(c, { ...a, group: '' }, {}, { memberId: 'made-up', generationId: 1 }),
        ...stable(c, a),
        sync(c, a, {}, { memberId: 'made-up' }),
        sync(c, a, {}, { memberId: '' }),
        leave(c, [a]),
        sync(c, a),
      ],
    },
    {
      name: 'wrong generations',
      exchanges: (c) => [
        ...entered(c, a),
        ...[-1, 0, 2, 2_147_483_647].map((generationId) => sync(c, a, { a: 'x' }, { generationId })),
        described(c, 'CompletingRebalance'),
        sync(c, a, { a: 'x' }),
      ],
    },
    {
      name: 'another protocol or type than the group has',
      versions: { min: 5 },
      exchanges: (c) => [
        ...entered(c, a),
        sync(c, a, { a: 'x' }, { protocolType: 'connect' }),
        sync(c, a, { a: 'x' }, { protocolName: 'roundrobin' }),
        sync(c, a, { a: 'x' }, { protocolName: '' }),
        sync(c, a, { a: 'x' }, { protocolType: null }),
        sync(c, a, { a: 'x' }, { protocolType: null, protocolName: null }),
      ],
    },
    {
      name: 'while members are still to join',
      exchanges: (c) => [
        ...stable(c, a),
        ...entering(c, b),
        described(c, 'PreparingRebalance'),
        sync(c, a, { a: 'x' }),
        heartbeat(c, a),
        join(c, a),
        { $answerOn: 'b' },
        sync(c, a, { a: '1', b: '2' }, () => ({ generationId: generationOf(c, 'a') - 1 })),
      ],
    },
    {
      name: 'a new member ends the wait of followers',
      exchanges: (c) => [
        ...stable(c, a),
        ...joinedBy(c, a, b),
        syncing(c, b),
        ...entering(c, { name: 'third' }),
        { $answerOn: 'b' },
        described(c, 'PreparingRebalance'),
      ],
    },
    {
      name: 'static members',
      versions: { min: 3 },
      exchanges: (c) => [
        ...entered(c, one),
        sync(c, one, { one: 'x' }, { groupInstanceId: 'two' }),
        sync(c, one, { one: 'x' }, { memberId: 'made-up' }),
        sync(c, one, { one: 'x' }, { memberId: '' }),
        sync(c, one, { one: 'x' }, { groupInstanceId: null }),
        sync(c, one, { one: 'y' }),
        ...stable(c, { name: 'dynamic', group: 'dynamic' }),
        sync(c, { name: 'dynamic', group: 'dynamic' }, {}, { groupInstanceId: 'one' }),
      ],
    },
    {
      name: 'an assignment larger than a record may be',
      exchanges: (c) => [
        ...entered(c, a),
        sync(c, a, { a: Buffer.alloc(1_100_000, 'x') }),
        heartbeat(c, a),
        sync(c, a, { a: 'x' }),
      ],
    },
  ],
};
