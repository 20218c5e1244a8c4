import type { ApiCases } from '../case.ts';
import {
  batch,
  initialize,
  read,
  readSummary,
  remove,
  settled,
  topics,
  write,
  wrongRequests,
} from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'WriteShareGroupState',
  cases: [
    {
      name: 'batches are laid over each other',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        write(c, { stateBatches: [batch(0, 9, 0, 1), batch(10, 19, 2, 1), batch(20, 29, 0, 1)] }),
        write(c, { stateBatches: [batch(5, 12, 0, 2)] }),
        read(c),
        write(c, { stateBatches: [batch(0, 4, 0, 2)] }),
        read(c),
        write(c, { stateBatches: [batch(15, 24, 0, 1)] }),
        read(c),
        write(c, { startOffset: 12, stateBatches: [] }),
        read(c),
        write(c, { startOffset: -1, stateBatches: [batch(0, 2, 4, 5)] }),
        read(c),
        write(c, { startOffset: 8, stateBatches: [batch(40, 40, 0, 1)] }),
        read(c),
      ],
    },
    {
      name: 'how many records are done with',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c, { startOffset: 5 }),
        readSummary(c),
        write(c, { startOffset: 6, ...(c.version >= 1 ? { deliveryCompleteCount: 3 } : {}) }),
        readSummary(c),
        write(c, { startOffset: -1 }),
        readSummary(c),
      ],
    },
    {
      name: 'epochs of the past and of the future',
      topics,
      exchanges: (c) => [
        ...settled(c),
        write(c),
        initialize(c, { stateEpoch: 4 }),
        write(c, { stateEpoch: 3 }),
        write(c, { stateEpoch: 5 }),
        write(c, { stateEpoch: 4 }),
        write(c, { stateEpoch: -1, leaderEpoch: -1 }),
        write(c, { stateEpoch: 4, leaderEpoch: 7 }),
        write(c, { stateEpoch: 4, leaderEpoch: 0 }),
        readSummary(c),
        remove(c),
        write(c, { stateEpoch: 4 }),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settled(c),
        initialize(c),
        ...wrongRequests(c, 'WriteShareGroupState', {
          stateEpoch: 1,
          leaderEpoch: 0,
          startOffset: 0,
          stateBatches: [],
        }),
      ],
    },
  ],
};
