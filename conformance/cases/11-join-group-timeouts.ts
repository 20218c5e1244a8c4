import type { ApiCases, CaseContext, Exchange } from '../case.ts';
import {
  entered,
  entering,
  heartbeat,
  join,
  joining,
  type Member,
  stable,
  stablePair,
  sync,
} from '../groups/classic.ts';
import { described } from '../groups/requests.ts';

/** What ends after a while: sessions, rebalances, ids that were given and not used. */
const brief: Member = { name: 'a', sessionTimeoutMs: 500, rebalanceTimeoutMs: 800 };
const lasting: Member = { name: 'b' };
const slow: Member = { name: 'a', rebalanceTimeoutMs: 800 };
const second: Member = { ...slow, name: 'b' };
const some = { min: 0 };

/** A rebalance that the first of two members has not come to yet. */
const slowAndSecond = (c: CaseContext): Exchange[] => [
  ...stable(c, slow),
  ...entering(c, second),
  described(c, 'PreparingRebalance'),
];

export const cases: ApiCases = {
  api: 'JoinGroup',
  needsGroups: true,
  cases: [
    {
      name: 'a member that is silent for its session',
      versions: some,
      exchanges: (c) => [
        ...stable(c, brief),
        described(c, 'Empty'),
        heartbeat(c, brief),
        join(c, brief),
        sync(c, brief),
      ],
    },
    {
      name: 'heartbeats keep the session',
      versions: { min: 8 },
      exchanges: (c) => [
        ...stable(c, { ...brief, sessionTimeoutMs: 1000 }),
        ...[1, 2, 3].flatMap(() => [{ $pauseMs: 400 }, heartbeat(c, brief)]),
      ],
    },
    {
      name: 'a member that does not come to the rebalance',
      versions: { min: 1 },
      exchanges: (c) => {
        return [
          ...slowAndSecond(c),
          { $answerOn: 'b' },
          heartbeat(c, slow),
          join(c, slow),
          described(c, 'CompletingRebalance'),
        ];
      },
    },
    {
      name: 'a leader that does not sync',
      versions: { min: 1 },
      exchanges: (c) => {
        return [...entered(c, slow), described(c, 'Empty'), heartbeat(c, slow), sync(c, slow, { a: 'x' })];
      },
    },
    {
      name: 'a follower whose leader does not sync',
      versions: { min: 8 },
      exchanges: (c) => {
        return [
          ...slowAndSecond(c),
          join(c, slow),
          { $answerOn: 'b' },
          sync(c, second),
          heartbeat(c, slow),
          joining(c, second),
          { $answerOn: 'b' },
        ];
      },
    },
    {
      name: 'an id that is not used is forgotten with the session',
      versions: { min: 4 },
      exchanges: (c) => [join(c, brief), { $pauseMs: 700 }, join(c, brief)],
    },
    {
      name: 'a second member whose session ends',
      versions: { min: 8 },
      exchanges: (c) => [
        ...stablePair(c, lasting, brief),
        described(c, 'PreparingRebalance'),
        heartbeat(c, lasting),
        join(c, lasting),
        heartbeat(c, brief),
      ],
    },
  ],
};
