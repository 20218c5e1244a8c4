import type { ApiCases } from '../case.ts';
import { batch, initialize, readSummary, settled, topics, write, wrongRequests } from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'ReadShareGroupStateSummary',
  cases: [
    {
      name: 'before the beginning, after it, after a write',
      topics,
      exchanges: (c) => [
        ...settled(c),
        readSummary(c),
        initialize(c),
        readSummary(c),
        write(c, { startOffset: 4, deliveryCompleteCount: 2, stateBatches: [batch(4, 5, 2, 1)] }),
        readSummary(c),
        readSummary(c, { leaderEpoch: 9 }),
        readSummary(c, { leaderEpoch: -1 }),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        ...wrongRequests(c, 'ReadShareGroupStateSummary', { leaderEpoch: 0 }),
      ],
    },
  ],
};
