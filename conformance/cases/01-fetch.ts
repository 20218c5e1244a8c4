import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { unknownId } from '../constants.ts';
import type { Body } from '../wire/encode.ts';
import { batch, numbered } from '../wire/record-batch.ts';

/** Since version 13 topics go by their id. */
const topicOf = (c: CaseContext, base: string): Body =>
  c.version >= 13 ? { topicId: c.topicId(base) } : { topic: c.name(base) };
const partition = (fetchOffset: number, more: Body = {}): Body => ({
  partition: 0,
  fetchOffset,
  partitionMaxBytes: 1_000_000,
  ...more,
});
const fetch = (c: CaseContext, partitions: readonly Body[], more: Body = {}): Body => ({
  maxWaitMs: 0,
  topics: [{ ...topicOf(c, 'orders'), partitions }],
  ...more,
});
const produceMore = (c: CaseContext, topic = 'orders', index = 0): ApiExchange => ({
  $api: 'Produce',
  $version: 9,
  $body: {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      { name: c.name(topic), partitionData: [{ index, records: batch({ records: numbered(1, c.time(500)) }) }] },
    ],
  },
});
const deleteBelow = (c: CaseContext, offset: number): ApiExchange => ({
  $api: 'DeleteRecords',
  $version: 2,
  $body: { topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 5000 },
});
const threeBatches = (c: CaseContext) => [
  { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
  { topic: 'orders', batch: { records: numbered(2, c.time(100)) } },
  { topic: 'orders', batch: { records: numbered(1, c.time(200)) } },
];
const sessionId = (c: CaseContext): number =>
  Number(c.answers.find((answer) => answer.sessionId !== 0)?.sessionId ?? 0);
/** The next request of the session that the first answer opened. */
const inSession = (c: CaseContext, sessionEpoch: number, topics: readonly Body[], more: Body = {}): ApiExchange => ({
  $body: () => ({ maxWaitMs: 0, sessionId: sessionId(c), sessionEpoch, topics, ...more }),
});
const opening = (topics: readonly Body[]): Body => ({ maxWaitMs: 0, sessionId: 0, sessionEpoch: 0, topics });
const orders = { orders: {} };
const sessions = { min: 7 };

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
      name: 'a session: only what changed is answered',
      versions: sessions,
      topics: { orders: { partitions: 2 } },
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(5), partition(0, { partition: 1 })] }]),
        inSession(c, 1, []),
        inSession(c, 2, [{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        inSession(c, 3, []),
        produceMore(c, 'orders', 1),
        inSession(c, 4, []),
        inSession(c, 5, [{ ...topicOf(c, 'orders'), partitions: [partition(1, { partition: 1 })] }]),
        inSession(c, 6, []),
      ],
    },
    {
      name: 'a session: partitions come and go',
      versions: sessions,
      topics: { orders: { partitions: 2 }, bills: {} },
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        inSession(c, 1, [{ ...topicOf(c, 'bills'), partitions: [partition(0)] }]),
        produceMore(c, 'bills'),
        produceMore(c, 'orders'),
        inSession(c, 2, []),
        inSession(c, 3, [], { forgottenTopicsData: [{ ...topicOf(c, 'bills'), partitions: [0] }] }),
        inSession(c, 4, [{ ...topicOf(c, 'orders'), partitions: [partition(7)] }]),
        inSession(c, 5, [], { forgottenTopicsData: [{ ...topicOf(c, 'orders'), partitions: [0, 1] }] }),
        inSession(c, 6, []),
      ],
    },
    {
      name: 'a session: wrong epochs and ids',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        inSession(c, 2, []),
        inSession(c, 1, []),
        inSession(c, 1, []),
        inSession(c, 2, []),
        { maxWaitMs: 0, sessionId: 12_345, sessionEpoch: 1, topics: [] },
        { maxWaitMs: 0, sessionId: 0, sessionEpoch: 1, topics: [] },
        {
          maxWaitMs: 0,
          sessionId: 12_345,
          sessionEpoch: -1,
          topics: [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }],
        },
        {
          maxWaitMs: 0,
          sessionId: 12_345,
          sessionEpoch: 0,
          topics: [{ ...topicOf(c, 'orders'), partitions: [partition(6)] }],
        },
      ],
    },
    {
      name: 'a session: closed, and then unknown',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        inSession(c, -1, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }]),
        inSession(c, 1, []),
      ],
    },
    {
      name: 'a session without partitions',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [opening([]), inSession(c, 1, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }])],
    },
    {
      name: 'a session: errors are answered each time',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(99), partition(0, { partition: 7 })] }]),
        inSession(c, 1, []),
        inSession(c, 2, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }]),
        inSession(c, 3, []),
      ],
    },
    {
      name: 'a session: the first kept offset moves',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        deleteBelow(c, 3),
        inSession(c, 1, []),
        inSession(c, 2, []),
      ],
    },
    {
      name: 'a session cannot change between names and ids',
      versions: { min: 13 },
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        { $version: 12, $body: () => ({ maxWaitMs: 0, sessionId: sessionId(c), sessionEpoch: 1, topics: [] }) },
        {
          $version: 12,
          $body: () => ({
            maxWaitMs: 0,
            sessionId: sessionId(c),
            sessionEpoch: 1,
            topics: [{ topic: c.name('orders'), partitions: [partition(5)] }],
          }),
        },
        inSession(c, 1, []),
      ],
    },
    {
      name: 'a session: an unknown topic',
      versions: sessions,
      topics: orders,
      produce: threeBatches,
      exchanges: (c) => [
        opening([
          { ...(c.version >= 13 ? { topicId: unknownId } : { topic: c.name('missing') }), partitions: [partition(0)] },
          { ...topicOf(c, 'orders'), partitions: [partition(5)] },
        ]),
        inSession(c, 1, []),
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
