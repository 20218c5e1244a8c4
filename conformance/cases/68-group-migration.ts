import type { ApiCases, CaseContext } from '../case.ts';
import {
  entered,
  heartbeat,
  join,
  joining,
  leave,
  type Member,
  memberIdOf,
  stable,
  stablePair,
  sync,
} from '../groups/classic.ts';
import { assignment, subscription } from '../groups/consumer-protocol.ts';
import { beat, enter, epochOf, holding, settled, wrongBeat } from '../groups/consumers.ts';
import { commit, described, describedConsumers, fetchOffsets } from '../groups/requests.ts';

const topics = { orders: { partitions: 2 } };
const a: Member = { name: 'a' };
const b: Member = { name: 'b' };
/** A member's offer to hold what it has, as cooperative consumers make it. */
const owning = (c: CaseContext, member: Member, partitions: readonly number[], generation = -1): Member => ({
  ...member,
  protocols: [
    [
      'range',
      subscription([c.name('orders')], {
        ownedPartitions: partitions.length === 0 ? [] : [{ topic: c.name('orders'), partitions }],
        generationId: generation,
      }),
    ],
  ],
});
const all = (c: CaseContext) => assignment({ [c.name('orders')]: [0, 1] });

export const cases: ApiCases = {
  api: 'ConsumerGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'a new member comes to a classic group, and the classic one follows',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...entered(c, a),
        sync(c, a, { a: all(c) }),
        commit(c, { orders: [{}] }, () => ({ memberId: memberIdOf(c, 'a'), generationIdOrMemberEpoch: 1 })),
        enter(c, 'm'),
        described(c, ''),
        describedConsumers(c, ''),
        heartbeat(c, a),
        join(c, owning(c, a, [0, 1], 1)),
        sync(c, a),
        heartbeat(c, a),
        beat(c, 'm'),
        join(c, owning(c, a, [0], 2)),
        sync(c, a),
        beat(c, 'm'),
        holding(c, 'm', { orders: [1] }),
        describedConsumers(c, ''),
        fetchOffsets(c, null),
        commit(c, { orders: [{ offset: 6 }] }, () => ({
          memberId: memberIdOf(c, 'a'),
          generationIdOrMemberEpoch: Number(c.answer('a').generationId),
        })),
        commit(c, { orders: [{ offset: 6 }] }, () => ({
          memberId: memberIdOf(c, 'a'),
          generationIdOrMemberEpoch: 1,
        })),
        commit(c, { orders: [{ offset: 7 }] }, () => ({
          memberId: 'm-id',
          generationIdOrMemberEpoch: epochOf(c, 'm'),
        })),
      ],
    },
    {
      name: 'the last new member leaves: the group is classic again',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...entered(c, a),
        sync(c, a, { a: all(c) }),
        enter(c, 'm'),
        join(c, owning(c, a, [0, 1], 1)),
        sync(c, a),
        beat(c, 'm', { memberEpoch: -1 }),
        described(c, ''),
        describedConsumers(c, ''),
        heartbeat(c, a),
        join(c, owning(c, a, [0], 2)),
        sync(c, a, { a: all(c) }),
        described(c, 'Stable'),
      ],
    },
    {
      name: 'the last classic member leaves: the group stays new',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...entered(c, a),
        sync(c, a, { a: all(c) }),
        enter(c, 'm'),
        leave(c, [a]),
        beat(c, 'm'),
        describedConsumers(c, ''),
        heartbeat(c, a),
        join(c, a),
      ],
    },
    {
      name: 'a classic member comes to a new group',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        holding(c, 'm', { orders: [0, 1] }),
        ...entered(c, a),
        sync(c, a),
        describedConsumers(c, ''),
        beat(c, 'm'),
        holding(c, 'm', { orders: [0] }),
        heartbeat(c, a),
        join(c, a),
        sync(c, a),
        describedConsumers(c, ''),
        leave(c, [a]),
        beat(c, 'm'),
      ],
    },
    {
      name: 'classic members that cannot come to a new group',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        join(c, { ...a, name: 'x1' }, { memberId: 'made-up' }),
        join(c, { ...a, name: 'x2', type: 'connect' }),
        join(c, { ...a, name: 'x3', protocols: [] }),
        join(c, { ...a, name: 'x4', protocols: [['range', 'garbage']] }),
        join(c, { ...a, name: 'x5', protocols: [['range', Buffer.alloc(0)]] }),
        join(c, { ...a, name: 'x6', protocols: [['range', Buffer.from('0003000f4240', 'hex')]] }),
        join(c, { ...a, name: 'x7', sessionTimeoutMs: 100 }),
        ...[
          Buffer.from('garbage'),
          Buffer.alloc(0),
          Buffer.from('0003000f4240', 'hex'),
          subscription(['x'], {}, 9),
        ].map((blob, index) => join(c, { name: `y${index}`, instance: `i${index}`, protocols: [['range', blob]] })),
        join(c, { ...a, name: 'x8' }),
        join(c, { name: 'y5', instance: 'i5' }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a classic member of a new group, with wrong requests',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        ...entered(c, a),
        ...entered(c, { ...b, protocols: [['unheard of', subscription([c.name('orders')])]] }),
        sync(c, a, {}, { generationId: 99 }),
        sync(c, a, {}, { memberId: 'made-up' }),
        sync(c, a, {}, { memberId: 'm-id' }),
        sync(c, a, {}, { protocolName: 'unheard of' }),
        sync(c, a, {}, { protocolType: 'connect' }),
        sync(c, a, {}, { protocolType: null }),
        sync(c, a),
        sync(c, a),
        heartbeat(c, a, { generationId: 99 }),
        heartbeat(c, a, { memberId: 'made-up' }),
        heartbeat(c, a, { memberId: 'm-id' }),
        wrongBeat(c, 'm', () => ({ memberId: memberIdOf(c, 'a'), memberEpoch: Number(c.answer('a').generationId) })),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'new members cannot come to groups of others',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...stable(c, { ...a, type: 'connect', protocols: [['x', 'y']] }),
        enter(c, 'm'),
        ...stable(c, { name: 'b', group: 'odd', protocols: [['range', Buffer.alloc(0)]] }),
        enter(c, 'n', {}, 'odd'),
        described(c, '', 'odd'),
      ],
    },
    {
      name: 'an empty classic group becomes a new one, and an empty new one classic',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...stable(c, a),
        commit(c, { orders: [{}] }, () => ({ memberId: memberIdOf(c, 'a'), generationIdOrMemberEpoch: 1 })),
        leave(c, [a]),
        enter(c, 'm'),
        describedConsumers(c, ''),
        fetchOffsets(c, null),
        beat(c, 'm', { memberEpoch: -1 }),
        ...entered(c, b),
        described(c, ''),
        fetchOffsets(c, null),
      ],
    },
    {
      name: 'a rebalance under way when a new member comes',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...stablePair(c, a, b),
        joining(c, a),
        described(c, 'PreparingRebalance'),
        enter(c, 'm'),
        { $answerOn: 'a' },
        describedConsumers(c, ''),
        heartbeat(c, b),
      ],
    },
    {
      name: 'a static member upgrades',
      topics,
      exchanges: (c) => {
        const one: Member = { name: 'one', instance: 'one' };
        return [
          ...settled(c),
          ...entered(c, one),
          sync(c, one, { one: all(c) }),
          enter(c, 'm', { instanceId: 'one' }),
          describedConsumers(c, ''),
          heartbeat(c, one),
          beat(c, 'm', { instanceId: 'one', memberEpoch: -2 }),
          enter(c, 'n', { instanceId: 'one' }),
          describedConsumers(c, ''),
        ];
      },
    },
    {
      name: 'a static member downgrades',
      topics,
      exchanges: (c) => {
        const one: Member = { name: 'one', instance: 'one' };
        return [
          ...settled(c),
          enter(c, 'm', { instanceId: 'one' }),
          holding(c, 'm', { orders: [0, 1] }, { instanceId: 'one' }),
          beat(c, 'm', { instanceId: 'one', memberEpoch: -2 }),
          ...entered(c, one),
          sync(c, one),
          described(c, ''),
          describedConsumers(c, ''),
        ];
      },
    },
  ],
};
