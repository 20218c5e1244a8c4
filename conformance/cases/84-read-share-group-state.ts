import type { ApiCases } from '../case.ts';
import {
  batch,
  initialize,
  read,
  readSummary,
  settled,
  topics,
  write,
  wrongRequests,
} from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'ReadShareGroupState',
  cases: [
    {
      name: 'what was written',
      topics,
      exchanges: (c) => [
        ...settled(c),
        read(c),
        initialize(c),
        read(c, { leaderEpoch: 0 }),
        write(c, { startOffset: 3, stateBatches: [batch(3, 5, 0, 1), batch(6, 6, 2, 1), batch(7, 9, 4, 2)] }),
        read(c, { leaderEpoch: 0 }),
        read(c),
      ],
    },
    {
      name: 'leader epochs rise with reads',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        read(c, { leaderEpoch: 4 }),
        readSummary(c),
        read(c, { leaderEpoch: 3 }),
        read(c, { leaderEpoch: 4 }),
        write(c, { leaderEpoch: 3 }),
        write(c, { leaderEpoch: 6 }),
        readSummary(c),
        read(c, { leaderEpoch: 5 }),
        initialize(c, { stateEpoch: 2 }),
        readSummary(c),
        read(c, { leaderEpoch: 4 }),
        read(c, { leaderEpoch: -3 }),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [...settled(c), initialize(c), ...wrongRequests(c, 'ReadShareGroupState', { leaderEpoch: 0 })],
    },
  ],
};
