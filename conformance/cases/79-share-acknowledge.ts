import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';
import {
  ACCEPT,
  GAP,
  onThreeBatches,
  REJECT,
  RELEASE,
  RENEW,
  shareAcknowledge,
  shareFetch,
  topicOf,
} from '../requests/share.ts';
import { read } from '../requests/share-state.ts';

export const cases: ApiCases = {
  api: 'ShareAcknowledge',
  cases: [
    onThreeBatches({
      name: 'what is written of each type',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareAcknowledge(c, 1, [[2, 5, ACCEPT, RELEASE, REJECT, GAP]]),
        read(c),
        shareAcknowledge(c, 2, [[0, 1, ACCEPT]]),
        shareAcknowledge(c, 3, [[6, 6, RELEASE]]),
        read(c),
        shareFetch(c, 4),
      ],
    }),
    onThreeBatches({
      name: 'twice, late, and for others',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        shareFetch(c, 0, [], { memberId: 'member-b', maxRecords: 1 }),
        shareAcknowledge(c, 1, [[4, 5, ACCEPT]]),
        shareAcknowledge(c, 2, [
          [0, 1, ACCEPT],
          [4, 5, ACCEPT],
        ]),
        shareAcknowledge(c, 3, [[1, 2, ACCEPT]]),
        shareAcknowledge(c, 4, [[1, 2, ACCEPT]]),
        shareAcknowledge(c, 5, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 6, [[0, 0, ACCEPT]]),
        shareAcknowledge(c, 7, [[0, 2, ACCEPT]]),
        shareAcknowledge(c, 8, [[3, 3, RELEASE]]),
        shareAcknowledge(c, 9, [[3, 3, ACCEPT]]),
      ],
    }),
    onThreeBatches({
      name: 'offsets that nobody has acquired',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        shareAcknowledge(c, 1, [[4, 5, ACCEPT]]),
        shareAcknowledge(c, 2, [[2, 4, ACCEPT]]),
        shareAcknowledge(c, 3, [[100, 110, ACCEPT]]),
        shareAcknowledge(c, 4, [[-5, -1, ACCEPT]]),
        shareAcknowledge(c, 5, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 6, [[0, 3, ACCEPT]]),
      ],
    }),
    onThreeBatches({
      name: 'batches that are not valid',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareAcknowledge(c, 1, [[1, 0, ACCEPT]]),
        shareAcknowledge(c, 2, [
          [3, 4, ACCEPT],
          [1, 2, ACCEPT],
        ]),
        shareAcknowledge(c, 3, [[0, 3]]),
        shareAcknowledge(c, 4, [[0, 3, ACCEPT, ACCEPT]]),
        shareAcknowledge(c, 5, [[0, 3, 5]]),
        shareAcknowledge(c, 6, [[0, 3, -1]]),
        shareAcknowledge(c, 7, [[0, 3, RENEW]]),
        shareAcknowledge(c, 8, [
          [0, 3, ACCEPT],
          [3, 4, ACCEPT],
        ]),
        shareAcknowledge(c, 9, []),
        shareAcknowledge(c, 10, [], { topics: [topicOf(c, [])] }),
      ],
    }),
    onThreeBatches({
      name: 'topics and partitions that do not exist',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareAcknowledge(c, 1, [], { topics: [topicOf(c, [[0, 0, ACCEPT]], { topicId: unknownId })] }),
        shareAcknowledge(c, 2, [], { topics: [topicOf(c, [[0, 0, ACCEPT]], { partitionIndex: 7 })] }),
        shareAcknowledge(c, 3, [], { topics: [topicOf(c, [[0, 0, ACCEPT]], { partitionIndex: 1 })] }),
      ],
    }),
    onThreeBatches({
      name: 'epochs of sessions, and who asks',
      exchanges: (c) => [
        shareAcknowledge(c, 0, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, -1, [[0, 3, ACCEPT]]),
        shareFetch(c, 0),
        shareAcknowledge(c, 5, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]], { groupId: null }),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]], { memberId: null }),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]], { memberId: '' }),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]], { memberId: 'x'.repeat(37) }),
        shareAcknowledge(c, -1, [[0, 3, ACCEPT]]),
        shareAcknowledge(c, 1, [[4, 5, ACCEPT]]),
        shareFetch(c, 0, [], { memberId: 'member-b' }),
      ],
    }),
    onThreeBatches({
      name: 'renewing locks',
      versions: { min: 2 },
      exchanges: (c) => [
        shareFetch(c, 0),
        shareAcknowledge(c, 1, [[0, 6, RENEW]], { isRenewAck: true }),
        shareAcknowledge(
          c,
          2,
          [
            [0, 1, RENEW],
            [2, 6, ACCEPT],
          ],
          { isRenewAck: true },
        ),
        shareAcknowledge(c, 3, [[0, 6, RENEW]], { isRenewAck: true }),
        shareAcknowledge(c, 4, [[0, 1, ACCEPT]]),
        shareFetch(c, 5),
      ],
    }),
  ],
};
