import type { ApiCases } from '../case.ts';
import { ACCEPT, onThreeBatches, RELEASE, shareAcknowledge, shareFetch } from '../requests/share.ts';
import { initialize, read, remove } from '../requests/share-state.ts';

const ofB = { memberId: 'member-b' };

/** The state is begun anew, taken over or deleted while a member holds records. */
export const cases: ApiCases = {
  api: 'ShareAcknowledge',
  cases: [
    onThreeBatches({
      name: 'state that is begun anew',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        initialize(c, { stateEpoch: 4, startOffset: 4 }),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 2, [[0, 3, ACCEPT]]),
        shareFetch(c, 3, [], { maxWaitMs: 500 }),
        shareAcknowledge(c, 4, [[4, 6, ACCEPT]]),
        read(c),
      ],
    }),
    onThreeBatches({
      name: 'state that a later leader has read',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        read(c, { leaderEpoch: 7 }),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 2, [[0, 3, ACCEPT]]),
        shareFetch(c, 3, [], { maxWaitMs: 500 }),
      ],
    }),
    onThreeBatches({
      name: 'state that is deleted',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        remove(c),
        shareAcknowledge(c, 1, [[0, 3, RELEASE]]),
        shareAcknowledge(c, 2, [[0, 3, RELEASE]]),
        shareFetch(c, 3, [], { maxWaitMs: 500 }),
        shareFetch(c, 0, [], { ...ofB, maxWaitMs: 500 }),
      ],
    }),
  ],
};
