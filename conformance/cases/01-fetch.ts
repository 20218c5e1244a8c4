import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';
import { deleteBelow, fetch, orders, partition, threeBatches, topicOf } from '../requests/fetch.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'Fetch',
  cases: [
    { name: 'from the start', topics: orders, produce: threeBatches, exchanges: (c) => [fetch(c, [partition(0)])] },
    {
      name: 'from within a batch, from the end',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [1, 2, 3, 4, 5, 6].map((offset) => fetch(c, [partition(offset)])),
    },
    {
      name: 'an empty partition',
      topics: orders,
      exchanges: (c) => [fetch(c, [partition(0)]), fetch(c, [partition(0)], { maxWaitMs: 20, minBytes: 1 })],
    },
    {
      name: 'offsets out of range',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [7, 1_000_000, -1, -2].map((offset) => fetch(c, [partition(offset)])),
    },
    {
      name: 'below the first offset that was kept',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [deleteBelow(c, 4), ...[0, 3, 4, 5].map((offset) => fetch(c, [partition(offset)]))],
    },
    {
      name: 'a limit smaller than the first batch returns it whole',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        fetch(c, [partition(0, { partitionMaxBytes: 1 })]),
        fetch(c, [partition(0, { partitionMaxBytes: 0 })]),
        fetch(c, [partition(0)], { maxBytes: 1 }),
        fetch(c, [partition(0)], { maxBytes: 0 }),
        fetch(c, [partition(3, { partitionMaxBytes: -1 })]),
      ],
    },
    {
      name: 'limits cut between batches, not within',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) =>
        [120, 150, 200, 230, 260, 300].map((size) => fetch(c, [partition(0, { partitionMaxBytes: size })])),
    },
    {
      name: 'the whole answer is limited across partitions',
      topics: { orders: { partitions: 3 } },
      produce: (c) =>
        [0, 1, 2].map((index) => ({
          topic: 'orders',
          partition: index,
          batch: { records: [{ value: 'x'.repeat(1000), timestamp: c.time(0) }] },
        })),
      exchanges: (c) =>
        [1, 1000, 1100, 2300, 100_000].map((maxBytes) =>
          fetch(
            c,
            [0, 1, 2].map((index) => partition(0, { partition: index })),
            { maxBytes },
          ),
        ),
    },
    {
      name: 'waiting for more bytes than there are',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        fetch(c, [partition(5)], { minBytes: 1000, maxWaitMs: 50 }),
        fetch(c, [partition(6)], { minBytes: 1, maxWaitMs: 50 }),
      ],
    },
    {
      name: 'unknown topics and partitions',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        fetch(c, [partition(0, { partition: 5 }), partition(0, { partition: -1 }), partition(0)]),
        {
          maxWaitMs: 0,
          topics: [
            {
              ...(c.version >= 13 ? { topicId: unknownId } : { topic: c.name('missing') }),
              partitions: [partition(0)],
            },
            { ...topicOf(c, 'orders'), partitions: [partition(5)] },
          ],
        },
        { maxWaitMs: 0, topics: [{ partitions: [partition(0)] }] },
      ],
    },
    {
      name: 'nothing asked for, and the same partition twice',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [{ maxWaitMs: 0, topics: [] }, fetch(c, []), fetch(c, [partition(0), partition(3)])],
    },
    {
      name: 'leader epochs',
      versions: { min: 9 },
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [0, 1, -2].map((currentLeaderEpoch) => fetch(c, [partition(5, { currentLeaderEpoch })])),
    },
    {
      name: 'the last fetched epoch',
      versions: { min: 12 },
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        fetch(c, [partition(5, { lastFetchedEpoch: 0 })]),
        fetch(c, [partition(5, { lastFetchedEpoch: 0, currentLeaderEpoch: 0 })]),
        fetch(c, [partition(5, { lastFetchedEpoch: 1, currentLeaderEpoch: 0 })]),
        fetch(c, [partition(9, { lastFetchedEpoch: 0, currentLeaderEpoch: 0 })]),
        fetch(c, [partition(0, { lastFetchedEpoch: 0, currentLeaderEpoch: 0 })]),
      ],
    },
    {
      name: 'isolation levels',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [1, 2].map((isolationLevel) => fetch(c, [partition(5)], { isolationLevel })),
    },
    {
      name: 'zstd for versions before it was known',
      topics: orders,
      produce: (c) => [{ topic: 'orders', batch: { compression: 'zstd', records: numbered(3, c.time(0)) } }],
      exchanges: (c) => [fetch(c, [partition(0)])],
    },
    {
      name: 'a replica that is none',
      topics: orders,
      produce: threeBatches,
      exchanges: (c) =>
        [999, c.nodeId, -2].map((replicaId) =>
          fetch(c, [partition(5)], c.version >= 15 ? { replicaState: { replicaId } } : { replicaId }),
        ),
    },
    {
      name: 'a rack',
      versions: { min: 11 },
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [fetch(c, [partition(5)], { rackId: 'here' })],
    },
    {
      name: 'two topics',
      topics: { orders: {}, bills: {} },
      produce: threeBatches,
      exchanges: (c) => [
        {
          maxWaitMs: 0,
          topics: [
            { ...topicOf(c, 'bills'), partitions: [partition(0)] },
            { ...topicOf(c, 'orders'), partitions: [partition(5)] },
          ],
        },
      ],
    },
    {
      name: 'tags of the node endpoints and of a replica state',
      versions: { min: 16 },
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [fetch(c, [partition(5, { currentLeaderEpoch: 9 })])],
    },
  ],
};
