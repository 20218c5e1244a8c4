import type { ApiCases, Case } from '../case.ts';
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

/** Sessions come with version 7 (KIP-227). */
const session = (name: string, exchanges: Case['exchanges'], more: Pick<Case, 'versions' | 'topics'> = {}): Case => ({
  name,
  versions: { min: 7 },
  topics: orders,
  produce: threeBatches,
  exchanges,
  ...more,
});

export const cases: ApiCases = {
  api: 'Fetch',
  cases: [
    session(
      'a session: only what changed is answered',
      (c) => [
        opening([{ ...topicOf(c, 'orders'), partitions: [partition(5), partition(0, { partition: 1 })] }]),
        inSession(c, 1, []),
        inSession(c, 2, [{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
        inSession(c, 3, []),
        produceMore(c, 'orders', 1),
        inSession(c, 4, []),
        inSession(c, 5, [{ ...topicOf(c, 'orders'), partitions: [partition(1, { partition: 1 })] }]),
        inSession(c, 6, []),
      ],
      { topics: { orders: { partitions: 2 } } },
    ),
    session(
      'a session: partitions come and go',
      (c) => [
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
      { topics: { orders: { partitions: 2 }, bills: {} } },
    ),
    session('a session: wrong epochs and ids', (c) => [
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
    ]),
    session('a session: closed, and then unknown', (c) => [
      opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
      inSession(c, -1, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }]),
      inSession(c, 1, []),
    ]),
    session('a session without partitions', (c) => [
      opening([]),
      inSession(c, 1, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }]),
    ]),
    session('a session: errors are answered each time', (c) => [
      opening([{ ...topicOf(c, 'orders'), partitions: [partition(99), partition(0, { partition: 7 })] }]),
      inSession(c, 1, []),
      inSession(c, 2, [{ ...topicOf(c, 'orders'), partitions: [partition(5)] }]),
      inSession(c, 3, []),
    ]),
    session('a session: the first kept offset moves', (c) => [
      opening([{ ...topicOf(c, 'orders'), partitions: [partition(6)] }]),
      deleteBelow(c, 3),
      inSession(c, 1, []),
      inSession(c, 2, []),
    ]),
    session(
      'a session cannot change between names and ids',
      (c) => [
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
      { versions: { min: 13 } },
    ),
    session('a session: an unknown topic', (c) => [
      opening([
        { ...(c.version >= 13 ? { topicId: unknownId } : { topic: c.name('missing') }), partitions: [partition(0)] },
        { ...topicOf(c, 'orders'), partitions: [partition(5)] },
      ]),
      inSession(c, 1, []),
    ]),
  ],
};
