import type { ApiCases } from '../case.ts';
import { ACCEPT, shareAcknowledge, shareFetch } from '../requests/share.ts';
import { initialize, settled, topics } from '../requests/share-state.ts';

/** The default of `group.share.max.share.sessions`. */
const SESSIONS_MAX = 2_000;
const atOnce = { maxWaitMs: 0 };

/** Among the last: Kafka keeps sessions for a while when their connections are gone. */
export const cases: ApiCases = {
  api: 'ShareFetch',
  cases: [
    {
      name: 'one session more than the broker holds',
      isAlone: true,
      topics,
      exchanges: (c) => [
        ...settled(c),
        { ...initialize(c, { startOffset: 0 }), $isUnrecorded: true },
        ...Array.from({ length: SESSIONS_MAX }, (_, index) => ({
          ...shareFetch(c, 0, [], { ...atOnce, memberId: `member-${index}` }),
          $isUnrecorded: true,
        })),
        shareFetch(c, 0, [], { ...atOnce, memberId: 'one-more' }),
        shareAcknowledge(c, 1, [[0, 0, ACCEPT]], { memberId: 'one-more' }),
        shareFetch(c, -1, [], { ...atOnce, memberId: 'one-more' }),
      ],
    },
  ],
};
