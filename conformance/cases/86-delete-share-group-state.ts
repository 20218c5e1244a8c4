import type { ApiCases } from '../case.ts';
import { initialize, read, readSummary, remove, settled, topics, wrongRequests } from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'DeleteShareGroupState',
  cases: [
    {
      name: 'what was begun, and what was not',
      topics,
      exchanges: (c) => [
        ...settled(c),
        remove(c),
        initialize(c, { stateEpoch: 5, startOffset: 3 }),
        read(c, { leaderEpoch: 2 }),
        remove(c),
        read(c),
        readSummary(c),
        remove(c),
        initialize(c, { stateEpoch: 1 }),
        read(c, { leaderEpoch: 1 }),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        ...wrongRequests(c, 'DeleteShareGroupState', {}),
        readSummary(c),
      ],
    },
  ],
};
