import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';
import {
  deleteBelow,
  inSession,
  opening,
  orders,
  partition,
  produceMore,
  sessionId,
  threeBatches,
  topicOf,
} from '../requests/fetch.ts';

const sessions = { min: 7 };

export const cases: ApiCases = {
  api: 'Fetch',
  cases: [
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
  ],
};
