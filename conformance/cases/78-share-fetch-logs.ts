import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { configured } from '../groups/requests.ts';
import { ACCEPT, onThreeBatches, RELEASE, RENEW, shareAcknowledge, shareFetch, topicOf } from '../requests/share.ts';
import { initialize, settled, topics } from '../requests/share-state.ts';
import { addPartitions, begin, end, shown, write } from '../requests/transactions.ts';
import { batch, numbered } from '../wire/record-batch.ts';

/** A record that is to come has come by then. */
const patient = { maxWaitMs: 5_000 };
const ofB = { memberId: 'member-b' };
const atOnce = { maxWaitMs: 0 };

const unrecorded = (exchanges: readonly ApiExchange[]): ApiExchange[] =>
  exchanges.map((exchange) => ({ ...exchange, $isUnrecorded: true }));

const written = (c: CaseContext, count: number): ApiExchange => ({
  $api: 'Produce',
  $version: 12,
  $isUnrecorded: true,
  $body: {
    acks: -1,
    timeoutMs: 10_000,
    topicData: [
      { name: c.name('queue'), partitionData: [{ index: 0, records: batch({ records: numbered(count, c.time(0)) }) }] },
    ],
  },
});

const deleteBelow = (c: CaseContext, offset: number): ApiExchange => ({
  $api: 'DeleteRecords',
  $version: 2,
  $isUnrecorded: true,
  $body: { topics: [{ name: c.name('queue'), partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 5_000 },
});

/** What becomes of the log meanwhile, and who waits for it. */
export const cases: ApiCases = {
  api: 'ShareFetch',
  needsTransactions: true,
  cases: [
    onThreeBatches({
      name: 'waiting for what another lets go',
      exchanges: (c) => [
        shareFetch(c, 0),
        { ...shareFetch(c, 0, [], ofB), $on: 'b', $isAnsweredLater: true },
        shareAcknowledge(c, 1, [[0, 3, RELEASE]]),
        { $answerOn: 'b' },
      ],
    }),
    onThreeBatches({
      name: 'waiting for a write',
      exchanges: (c) => [
        shareFetch(c, 0),
        { ...shareFetch(c, 0, [], ofB), $on: 'b', $isAnsweredLater: true },
        written(c, 2),
        { $answerOn: 'b' },
      ],
    }),
    onThreeBatches({
      name: 'another connection with the same member',
      exchanges: (c) => [
        shareFetch(c, 0),
        { ...shareFetch(c, 1, [], { topics: [topicOf(c, [[0, 3, ACCEPT]])] }), $on: 'b' },
        { ...shareFetch(c, 0, [], atOnce), $on: 'b' },
        shareFetch(c, 2),
      ],
    }),
    onThreeBatches({
      name: 'the log begins later',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        deleteBelow(c, 2),
        shareFetch(c, 1, [[0, 3, RELEASE]], patient),
        deleteBelow(c, 6),
        shareFetch(c, 2, [[2, 3, ACCEPT]], patient),
        shareFetch(c, 3, [[6, 6, ACCEPT]], patient),
      ],
    }),
    onThreeBatches({
      name: 'partitions that are forgotten',
      exchanges: (c) => [
        shareFetch(c, 0),
        shareFetch(c, 1, [], { forgottenTopicsData: [{ topicId: c.topicId('queue'), partitions: [0] }] }),
        shareFetch(c, 2, [[0, 3, ACCEPT]], patient),
        shareFetch(c, 3),
      ],
    }),
    {
      name: 'as many in flight as may be',
      topics,
      produce: (c) => [60, 60, 10].map((count) => ({ topic: 'queue', batch: { records: numbered(count, c.time(0)) } })),
      exchanges: (c) => [
        ...settled(c),
        ...unrecorded(configured(c, { 'share.partition.max.record.locks': '100' }, 'workers')),
        { ...initialize(c, { startOffset: 0 }), $isUnrecorded: true },
        shareFetch(c, 0),
        shareFetch(c, 1, [], patient),
        shareFetch(c, 2, [[0, 59, ACCEPT]], patient),
        shareFetch(c, 3, [], patient),
      ],
    },
    {
      name: 'renewing is not allowed',
      versions: { min: 2 },
      topics,
      produce: (c) => [{ topic: 'queue', batch: { records: numbered(2, c.time(0)) } }],
      exchanges: (c) => [
        ...settled(c),
        ...unrecorded(configured(c, { 'share.renew.acknowledge.enable': 'false' }, 'workers')),
        { ...initialize(c, { startOffset: 0 }), $isUnrecorded: true },
        shareFetch(c, 0),
        shareAcknowledge(c, 1, [[0, 1, RENEW]], { isRenewAck: true }),
        shareAcknowledge(c, 2, [[0, 1, ACCEPT]]),
      ],
    },
    ...['earliest', 'latest', 'by_duration:PT2H', 'by_duration:PT1S'].map((reset) => ({
      name: `where a group begins: ${reset}`,
      topics,
      produce: (c: CaseContext) => [{ topic: 'queue', batch: { records: numbered(3, c.time(0)) } }],
      exchanges: (c: CaseContext) => [
        ...settled(c),
        ...unrecorded(configured(c, { 'share.auto.offset.reset': reset }, 'workers')),
        { ...initialize(c), $isUnrecorded: true },
        shareFetch(c, 0, [], reset === 'earliest' || reset === 'by_duration:PT2H' ? patient : { maxWaitMs: 1_000 }),
        written(c, 1),
        shareFetch(c, 1, [], patient),
      ],
    })),
    ...['read_committed', 'read_uncommitted'].map((isolation) => ({
      name: `of transactions: ${isolation}`,
      topics,
      exchanges: (c: CaseContext) => [
        ...settled(c),
        ...unrecorded(configured(c, { 'share.isolation.level': isolation }, 'workers')),
        { ...initialize(c, { startOffset: 0 }), $isUnrecorded: true },
        begin(c),
        ...transaction(c, 0, false),
        ...transaction(c, 2, true),
        shareFetch(c, 0, [], patient),
        { ...addPartitions(c, { queue: [0] }), $isUnrecorded: true },
        { ...write(c, { topic: 'queue', sequence: 4 }), $isUnrecorded: true },
        shareFetch(c, 1, [], patient),
        ...unrecorded([end(c, true), shown(c, 'CompleteCommit')]),
        shareFetch(c, 2, [], patient),
      ],
    })),
    onThreeBatches({
      name: 'acknowledgements that are refused stand beside what is fetched',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        shareFetch(c, 1, [[0, 3, ACCEPT]], { maxRecords: 1 }),
        shareFetch(c, 2, [[4, 5, ACCEPT]], { ...atOnce, memberId: 'member-b' }),
        shareFetch(c, 2, [[4, 4, ACCEPT]], { maxRecords: 0 }),
        shareFetch(c, 3, [[4, 5, ACCEPT]], { maxRecords: 0 }),
        shareFetch(c, 4, [[5, 5, ACCEPT]]),
        shareFetch(c, 5, [[90, 95, ACCEPT]], atOnce),
      ],
    }),
    onThreeBatches({
      name: 'fewer bytes than a batch has, and more than there are',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxBytes: 10 }),
        shareFetch(c, 1, [], { minBytes: 90_000, maxWaitMs: 300 }),
      ],
    }),
    onThreeBatches({
      name: 'a topic that is deleted under a member',
      exchanges: (c) => [
        shareFetch(c, 0, [], { maxRecords: 1 }),
        ...unrecorded(deleted(c)),
        shareAcknowledge(c, 1, [[0, 3, ACCEPT]]),
        shareFetch(c, 2, [], patient),
      ],
    }),
  ],
};

/** The topic of the case, until the broker has heard of it. */
function deleted(c: CaseContext): ApiExchange[] {
  return [
    {
      $api: 'DeleteTopics',
      $version: 6,
      $body: () => ({ topics: [{ name: null, topicId: c.topicId('queue') }], timeoutMs: 5_000 }),
    },
    {
      $api: 'Metadata',
      $version: 12,
      $body: () => ({ topics: [{ name: null, topicId: c.topicId('queue') }], allowAutoTopicCreation: false }),
      $until: (answer) => JSON.stringify(answer).includes('"errorCode":100'),
    },
  ];
}

/** Two records in one batch. */
function transaction(c: CaseContext, sequence: number, isCommitted: boolean): ApiExchange[] {
  return unrecorded([
    addPartitions(c, { queue: [0] }),
    write(c, { topic: 'queue', sequence, count: 2 }),
    end(c, isCommitted),
    // A commit is answered before its markers are written.
    shown(c, isCommitted ? 'CompleteCommit' : 'CompleteAbort'),
  ]);
}
