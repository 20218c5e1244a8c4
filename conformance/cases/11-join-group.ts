import type { ApiCases, Case } from '../case.ts';
import {
  entered,
  entering,
  generationOf,
  heartbeat,
  join,
  joinedBy,
  joining,
  type Member,
  memberIdOf,
  stable,
  stablePair,
  sync,
} from '../groups/classic.ts';
import { subscription } from '../groups/consumer-protocol.ts';
import { described } from '../groups/requests.ts';

const a: Member = { name: 'a' };
const b: Member = { name: 'b' };
const third: Member = { name: 'third' };
/** A group of no consumers: nobody looks into its metadata. */
const plain = (member: Member, ...protocols: string[]): Member => ({
  ...member,
  type: 'plain',
  protocols: protocols.map((protocol) => [protocol, `${protocol} of ${member.name}`]),
});

export const cases: ApiCases = {
  api: 'JoinGroup',
  needsGroups: true,
  cases: [
    {
      name: 'the first member',
      exchanges: (c) => [...entered(c, a), described(c, 'CompletingRebalance')],
    },
    {
      name: 'two members within the initial delay',
      versions: { min: 9 },
      isAlone: true,
      exchanges: (c) => [
        ...entering(c, a).slice(0, -1),
        ...entering(c, b).slice(0, -1),
        joining(c, a),
        { $pauseMs: 20 },
        joining(c, b),
        { $answerOn: 'b' },
        { $answerOn: 'a' },
        described(c, 'CompletingRebalance'),
      ],
    },
    {
      name: 'a second member comes to a stable group',
      exchanges: (c) => [
        ...stable(c, a),
        ...entering(c, b),
        described(c, 'PreparingRebalance'),
        heartbeat(c, a),
        { $answerOn: 'b', $silenceMs: 30 },
        join(c, a),
        { $answerOn: 'b' },
        heartbeat(c, a),
        described(c, 'CompletingRebalance'),
      ],
    },
    {
      name: 'a member that comes again: the only one, the leader, a follower with the same and with other protocols',
      exchanges: (c) => [
        ...stable(c, plain(a, 'range')),
        join(c, plain(a, 'range')),
        sync(c, plain(a), { a: 'again' }),
        ...joinedBy(c, plain(a, 'range'), plain(b, 'range')),
        join(c, plain(b, 'range')),
        join(c, plain(a, 'range')),
        sync(c, plain(a), { a: '1', b: '2' }),
        sync(c, plain(b)),
        join(c, plain(b, 'range')),
        joining(c, plain(b, 'range', 'other')),
        described(c, 'PreparingRebalance'),
        join(c, plain(a, 'range', 'other')),
        { $answerOn: 'b' },
      ],
    },
    {
      name: 'the leader of a stable group comes again',
      exchanges: (c) => [
        ...stablePair(c, plain(a, 'range'), plain(b, 'range')),
        joining(c, plain(a, 'range')),
        described(c, 'PreparingRebalance'),
        join(c, plain(b, 'range')),
        { $answerOn: 'a' },
      ],
    },
    {
      name: 'the protocol that all know and most prefer',
      exchanges: (c) => [
        ...stable(c, plain(a, 'x', 'y', 'z')),
        ...joinedBy(c, plain(a, 'x', 'y', 'z'), plain(b, 'w', 'z', 'y')),
        described(c, 'CompletingRebalance'),
        sync(c, plain(a), { a: '1', b: '2' }),
        described(c, 'Stable'),
      ],
    },
    {
      name: 'protocols with no overlap, another type of group',
      exchanges: (c) => [
        ...stable(c, plain(a, 'x', 'y')),
        join(c, plain(b, 'v', 'w')),
        join(c, { ...plain(b, 'x'), type: 'connect' }),
        join(c, { ...plain(b, 'x'), type: 'Plain' }),
        join(c, { ...plain(b, 'x', 'y'), type: 'connect' }, () => ({ memberId: memberIdOf(c, 'a') })),
        described(c, 'Stable'),
        join(c, plain(a, 'w')),
      ],
    },
    {
      name: 'no protocols, no type, protocols without names',
      exchanges: (c) => [
        join(c, { ...a, protocols: [] }),
        join(c, { ...a, type: '' }),
        join(c, { ...a, type: '', protocols: [] }),
        ...entered(c, { name: 'unnamed', group: 'unnamed', protocols: [['', 'x']] }),
        ...entered(c, { ...plain({ name: 'others', group: 'others' }, 'x'), type: 'some other type' }),
      ],
    },
    {
      name: 'the same protocol twice',
      versions: { min: 5, max: 5 },
      exchanges: (c) => [...entering(c, plain(a, 'x', 'x')), { $answerOn: 'a', $silenceMs: 600 }, described(c, '')],
    },
    {
      name: 'a group without a name',
      exchanges: (c) => [join(c, { ...a, group: '' }), join(c, { ...a, group: '' }, { memberId: 'made-up' })],
    },
    {
      name: 'names of many characters',
      exchanges: (c) => [
        ...entered(c, { ...plain(a, 'p'.repeat(500)), group: 'g'.repeat(2000), type: 't'.repeat(500) }),
      ],
    },
    {
      name: 'session timeouts at the limits and past them',
      exchanges: (c) => [
        ...[199, 600_001, 0, -1, 2_147_483_647, -2_147_483_648].map((sessionTimeoutMs) =>
          join(c, { ...a, sessionTimeoutMs }),
        ),
        ...entered(c, { name: 'least', group: 'least', sessionTimeoutMs: 200 }),
        ...entered(c, { name: 'most', group: 'most', sessionTimeoutMs: 600_000 }),
      ],
    },
    {
      name: 'absurd rebalance timeouts',
      versions: { min: 1 },
      exchanges: (c) =>
        [0, -1, 2_147_483_647, -2_147_483_648].flatMap((rebalanceTimeoutMs, index) =>
          entered(c, { name: `m${index}`, group: `g${index}`, rebalanceTimeoutMs }),
        ),
    },
    {
      name: 'member ids that nobody was given',
      exchanges: (c) => [
        join(c, b, { memberId: 'made-up' }),
        ...stable(c, a),
        join(c, b, { memberId: 'made-up' }),
        join(c, b, { memberId: 'm'.repeat(300) }),
        described(c, 'Stable'),
      ],
    },
    {
      name: 'more members than a group may have',
      exchanges: (c) => [
        ...stablePair(c, a, b),
        ...entering(c, third),
        described(c, 'PreparingRebalance'),
        heartbeat(c, a),
        joining(c, a),
        join(c, b),
        { $answerOn: 'a' },
        { $answerOn: 'third' },
        join(c, { name: 'fourth' }),
        sync(c, a, { a: '1' }),
        join(c, { name: 'fifth' }),
        described(c, 'Stable'),
      ],
    },
    {
      name: 'ids given to members that do not come: the group has room for them',
      versions: { min: 4 },
      exchanges: (c) => [
        join(c, a),
        ...['b', 'third', 'fourth'].map((name) => join(c, { name, sessionTimeoutMs: 300 })),
        described(c, 'Empty'),
        join(c, a),
        described(c, 'CompletingRebalance'),
      ],
    },
    {
      name: 'a reason, whatever its length',
      versions: { min: 8 },
      exchanges: (c) => [
        ...stable(c, a),
        join(c, a, { reason: 'because '.repeat(100) }),
        sync(c, a, { a: '1' }),
        join(c, a, { reason: '' }),
      ],
    },
    {
      name: 'subscriptions of consumers: none, of another version, with an unknown tail',
      exchanges: (c) => {
        const blobs = [
          Buffer.alloc(0),
          Buffer.alloc(1),
          subscription(['x'], {}, 0),
          subscription(['x'], {}, 9),
          subscription(['x'], {}, -1),
          Buffer.concat([subscription(['x']), Buffer.alloc(9)]),
          subscription(['', 'no such', '..', 'x', 'x']),
        ];
        return blobs.flatMap((blob, index) =>
          stable(c, { name: `m${index}`, group: `g${index}`, protocols: [['range', blob]] }),
        );
      },
    },
    ...[
      { what: 'garbage', blob: Buffer.from('garbage') },
      { what: 'half a topic', blob: subscription(['orders']).subarray(0, 9) },
      { what: 'a million topics, it claims', blob: Buffer.from('0003000f4240', 'hex') },
      { what: 'a negative count of topics', blob: Buffer.from('0003fffffff0', 'hex') },
    ].map(
      ({ what, blob }): Case => ({
        name: `a subscription of ${what}`,
        versions: { min: 5, max: 5 },
        exchanges: (c) => [
          ...entering(c, { ...a, protocols: [['range', blob]] }),
          { $answerOn: 'a', $silenceMs: 600 },
          described(c, ''),
        ],
      }),
    ),
    {
      name: 'metadata of a megabyte and more',
      versions: { min: 7 },
      exchanges: (c) => [
        ...entered(c, { ...plain(a), protocols: [['x', Buffer.alloc(1_100_000, 'x')]] }),
        sync(c, plain(a), { a: 'x' }),
        heartbeat(c, a),
        described(c, 'CompletingRebalance'),
      ],
    },
    {
      name: 'generations and member ids stay while the leader has not synced',
      exchanges: (c) => [
        ...entered(c, a),
        ...entering(c, b),
        described(c, 'PreparingRebalance'),
        { ...heartbeat(c, a) },
        sync(c, a, { a: '1' }),
        join(c, a),
        { $answerOn: 'b' },
        sync(c, a, { a: '1', b: '2' }, () => ({ generationId: generationOf(c, 'b') })),
      ],
    },
  ],
};
