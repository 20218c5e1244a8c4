import type { ApiCases } from '../case.ts';
import {
  initialize,
  read,
  readSummary,
  settled,
  state,
  topics,
  write,
  wrongRequests,
} from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'InitializeShareGroupState',
  cases: [
    {
      name: 'begins, and begins anew',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        read(c),
        readSummary(c),
        initialize(c, { stateEpoch: 3, startOffset: 17 }),
        read(c),
        readSummary(c),
        initialize(c, { stateEpoch: 3, startOffset: 18 }),
        initialize(c, { stateEpoch: 2, startOffset: 19 }),
        initialize(c, { stateEpoch: -1, startOffset: 20 }),
        read(c),
        write(c, { stateEpoch: 2 }),
        initialize(c, { stateEpoch: -5 }),
        read(c),
      ],
    },
    {
      name: 'several partitions, one of them twice',
      topics,
      exchanges: (c) => [
        ...settled(c),
        state(c, 'InitializeShareGroupState', [
          { partition: 0, stateEpoch: 1, startOffset: 1 },
          { partition: 1, stateEpoch: 1, startOffset: 2 },
        ]),
        state(c, 'ReadShareGroupStateSummary', [
          { partition: 0, leaderEpoch: 0 },
          { partition: 1, leaderEpoch: 0 },
        ]),
        state(c, 'InitializeShareGroupState', [
          { partition: 0, stateEpoch: 2, startOffset: 5 },
          { partition: 0, stateEpoch: 2, startOffset: 6 },
        ]),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...wrongRequests(c, 'InitializeShareGroupState', { stateEpoch: 1, startOffset: -1 }),
        initialize(c, { startOffset: -9 }),
        read(c),
      ],
    },
  ],
};
