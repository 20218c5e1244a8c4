import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';
import { ACCEPT, onThreeBatches, REJECT, RELEASE, RENEW, shareFetch, topicOf } from '../requests/share.ts';

export const cases: ApiCases = {
  api: 'ShareFetch',
  cases: [
    onThreeBatches({
      name: 'acquire, accept with the next fetch, and go on',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareFetch(c, 1, [[0, 6, ACCEPT]]),
        shareFetch(c, 2),
        shareFetch(c, -1),
        shareFetch(c, 3),
      ],
    }),
    onThreeBatches({
      name: 'whole batches, pieces of a size',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        shareFetch(c, 1, [[0, 3, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 2, [], { batchSize: 4 }),
        shareFetch(c, 3, [
          [0, 1, RELEASE],
          [2, 6, REJECT],
        ]),
        shareFetch(c, 4),
      ],
    }),
    onThreeBatches({
      name: 'never more than the limit',
      versions: { min: 2 },
      exchanges: (c) => [
        shareFetch(c, 0, [], { shareAcquireMode: 1, maxRecords: 3 }),
        shareFetch(c, 1, [], { shareAcquireMode: 1, maxRecords: 2 }),
        shareFetch(c, 2, [], { shareAcquireMode: 0, maxRecords: 1 }),
        shareFetch(c, 3, [[0, 2, RELEASE, ACCEPT, RELEASE]], { shareAcquireMode: 1, maxRecords: 10 }),
        shareFetch(c, 4),
      ],
    }),
    onThreeBatches({
      name: 'delivered again and again',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        shareFetch(c, 1, [[0, 3, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 2, [], { maxRecords: 1 }),
        shareFetch(c, 3, [[0, 3, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 4, [], { maxRecords: 1 }),
        shareFetch(c, 5, [[0, 3, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 6),
        shareFetch(c, 7, [[0, 1, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 8),
        shareFetch(c, 9, [[0, 0, RELEASE]], { maxRecords: 0 }),
        shareFetch(c, 10),
        shareFetch(c, 11),
      ],
    }),
    onThreeBatches({
      name: 'epochs of sessions',
      exchanges: (c) => [
        shareFetch(c, 1),
        shareFetch(c, -1),
        shareFetch(c, 0, [[0, 0, ACCEPT]]),
        shareFetch(c, 0),
        shareFetch(c, 2),
        shareFetch(c, 0),
        shareFetch(c, 1, [[0, 6, ACCEPT]]),
        shareFetch(c, -2),
        shareFetch(c, -1, [[0, 6, ACCEPT]]),
        shareFetch(c, -1),
      ],
    }),
    onThreeBatches({
      name: 'what a session that ends holds',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareFetch(c, -1, [[0, 3, ACCEPT]]),
        shareFetch(c, 0, [], { memberId: 'member-b' }),
      ],
    }),
    onThreeBatches({
      name: 'requests that are not valid',
      exchanges: (c) => [
        shareFetch(c, 0, [], { groupId: null }),
        shareFetch(c, 0, [], { memberId: null }),
        shareFetch(c, 0, [], { memberId: '' }),
        shareFetch(c, 0, [], { memberId: 'x'.repeat(37) }),
        shareFetch(c, 0, [], { maxBytes: 0 }),
        shareFetch(c, 0, [], { maxRecords: 0 }),
        shareFetch(c, 0, [], { topics: [] }),
        shareFetch(c, 0, [], { maxRecords: -1, maxWaitMs: 1_000 }),
        shareFetch(c, 0, [], { memberId: 'x'.repeat(36) }),
      ],
    }),
    onThreeBatches({
      name: 'a mode that does not exist',
      versions: { min: 2 },
      exchanges: (c) => [shareFetch(c, 0, [], { shareAcquireMode: 2 })],
    }),
    onThreeBatches({
      name: 'topics and partitions that do not exist',
      exchanges: (c) => [
        shareFetch(c, 0, [], { topics: [topicOf(c, [], { partitionIndex: 7 })], maxWaitMs: 20 }),
        shareFetch(c, 1, [], { topics: [topicOf(c, [[0, 0, ACCEPT]], { partitionIndex: 7 })], maxWaitMs: 20 }),
        shareFetch(c, 2, [], { topics: [topicOf(c, [[0, 0, ACCEPT]], { topicId: unknownId })], maxWaitMs: 20 }),
        shareFetch(c, 3, [], { maxWaitMs: 20 }),
        shareFetch(c, 0, [], { topics: [topicOf(c, [], { topicId: unknownId })], maxWaitMs: 20 }),
      ],
    }),
    onThreeBatches({
      name: 'a group that nothing was begun for',
      exchanges: (c) => [
        shareFetch(c, 0, [], { groupId: c.name('nobody'), maxWaitMs: 300 }),
        shareFetch(c, 1, [[0, 0, ACCEPT]], { groupId: c.name('nobody'), maxWaitMs: 300 }),
      ],
    }),
    onThreeBatches({
      name: 'renewing locks',
      versions: { min: 2 },
      exchanges: (c) => {
        const nothing = { maxBytes: 0, minBytes: 0, maxRecords: 0, maxWaitMs: 0 };
        return [
          shareFetch(c, 0),
          shareFetch(c, 1, [[0, 6, RENEW]]),
          shareFetch(c, 2, [[0, 6, RENEW]], { isRenewAck: true }),
          shareFetch(c, 2, [[0, 6, RENEW]], { isRenewAck: true, ...nothing }),
          shareFetch(c, 3, [[0, 6, RENEW, RENEW, ACCEPT, RENEW, RELEASE, RENEW, RENEW]], {
            isRenewAck: true,
            ...nothing,
          }),
          shareFetch(c, 4),
        ];
      },
    }),
  ],
};
