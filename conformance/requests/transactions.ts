import type { Answer, ApiExchange, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { batch, numbered } from '../wire/record-batch.ts';

/** What a case of another API sends. */
const latest = {
  InitProducerId: 5,
  AddPartitionsToTxn: 3,
  AddOffsetsToTxn: 4,
  EndTxn: 4,
  TxnOffsetCommit: 3,
  Produce: 11,
  DescribeTransactions: 0,
} as const;
/** From here on the epoch rises with every transaction, and writes bring their partitions in (KIP-890). */
const versionTwo: Readonly<Record<string, number>> = { EndTxn: 5, Produce: 12, TxnOffsetCommit: 5 };

export const topics = { orders: { partitions: 3 }, bills: {} };

/** Of the run's version if it is the case's own API; of the same transaction version otherwise. */
const requestOf = (c: CaseContext, api: keyof typeof latest): { $api: string; $version: number } => {
  const isTwo = isVersionTwo(c) && api in versionTwo;
  return { $api: api, $version: c.api === api ? c.version : isTwo ? (versionTwo[api] ?? 0) : latest[api] };
};

/** Whether the run is of a client of transactions version 2. */
export const isVersionTwo = (c: CaseContext): boolean => c.version >= (versionTwo[c.api] ?? Number.POSITIVE_INFINITY);

/** Nothing of it is still loading or ending. */
const isSettled = (answer: Answer): boolean =>
  !/"(?:partitionE|e)rrorCode":(?:14|15|16|51)\b/.test(JSON.stringify(answer));

const txnName = (c: CaseContext, name: string): string => (name === '' ? '' : c.name(name));

/** Who a producer is by now: as the last answer that is called so says. */
export const producer = (c: CaseContext, name = 'txn'): { producerId: number; producerEpoch: number } => ({
  producerId: Number(c.answer(name).producerId),
  producerEpoch: Number(c.answer(name).producerEpoch),
});

export type By = { readonly txn?: string; readonly as?: string; readonly epochs?: number; readonly more?: Body };

const identity = (c: CaseContext, { as = 'txn', epochs = 0 }: By) => {
  const { producerId, producerEpoch } = producer(c, as);
  return { producerId, producerEpoch: producerEpoch + epochs };
};

/** InitProducerId; the answer is the producer's name afterwards. */
export const begin = (
  c: CaseContext,
  { txn = 'txn', as = 'txn', more }: By = {},
  expected?: () => Body,
): ApiExchange => ({
  ...requestOf(c, 'InitProducerId'),
  $as: as,
  $body: () => ({ transactionalId: txnName(c, txn), transactionTimeoutMs: 60_000, ...expected?.(), ...more }),
  $until: isSettled,
});

export const addPartitions = (
  c: CaseContext,
  partitions: Readonly<Record<string, readonly number[]>>,
  by: By & { readonly verifyOnly?: boolean } = {},
): ApiExchange => {
  const request = requestOf(c, 'AddPartitionsToTxn');
  return {
    ...request,
    $until: isSettled,
    $body: () => {
      const asked = Object.entries(partitions).map(([name, numbers]) => ({ name: c.name(name), partitions: numbers }));
      const transactionalId = txnName(c, by.txn ?? 'txn');
      const { producerId, producerEpoch } = { ...identity(c, by), ...by.more };
      if (request.$version < 4) {
        return {
          v3AndBelowTransactionalId: transactionalId,
          v3AndBelowProducerId: producerId,
          v3AndBelowProducerEpoch: producerEpoch,
          v3AndBelowTopics: asked,
        };
      }
      const verifyOnly = by.verifyOnly ?? false;
      return { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly, topics: asked }] };
    },
  };
};

export const addOffsets = (c: CaseContext, by: By = {}, group = 'group'): ApiExchange => ({
  ...requestOf(c, 'AddOffsetsToTxn'),
  $until: isSettled,
  $body: () => ({
    transactionalId: txnName(c, by.txn ?? 'txn'),
    groupId: c.name(group),
    ...identity(c, by),
    ...by.more,
  }),
});

/** EndTxn; in version 2 the producer's epoch is the answer's afterwards. */
export const end = (c: CaseContext, committed: boolean, by: By & { readonly keeps?: boolean } = {}): ApiExchange => {
  const request = requestOf(c, 'EndTxn');
  return {
    ...request,
    ...(request.$version >= 5 && by.keeps !== true ? { $as: by.as ?? 'txn' } : {}),
    $until: isSettled,
    $body: () => ({
      transactionalId: txnName(c, by.txn ?? 'txn'),
      committed,
      ...identity(c, by),
      ...by.more,
    }),
  };
};

export type Written = By & {
  readonly topic?: string;
  readonly partition?: number;
  readonly sequence?: number;
  readonly count?: number;
  readonly isPlain?: boolean;
};

/** Produce of one batch within the transaction. */
export const write = (c: CaseContext, written: Written = {}): ApiExchange => {
  const request = requestOf(c, 'Produce');
  const base = written.topic ?? 'orders';
  return {
    ...request,
    $until: isSettled,
    $body: () => ({
      transactionalId: txnName(c, written.txn ?? 'txn'),
      acks: -1,
      timeoutMs: 10_000,
      topicData: [
        {
          ...(request.$version >= 13 ? { topicId: c.topicId(base) } : { name: c.name(base) }),
          partitionData: [
            {
              index: written.partition ?? 0,
              records: batch({
                records: numbered(written.count ?? 1, c.time(0)),
                isTransactional: written.isPlain !== true,
                baseSequence: written.sequence ?? 0,
                ...identity(c, written),
                ...written.more,
              }),
            },
          ],
        },
      ],
    }),
  };
};

/** Brings a partition into the transaction where the write itself does not. */
export const opened = (
  c: CaseContext,
  by: By = {},
  partitions: Readonly<Record<string, readonly number[]>> = { orders: [0] },
) => (isVersionTwo(c) ? [] : [addPartitions(c, partitions, by)]);

export type Committed = { readonly partition?: number; readonly offset?: number; readonly metadata?: string | null };

export const commitOffsets = (
  c: CaseContext,
  offsets: Readonly<Record<string, readonly Committed[]>>,
  by: By = {},
  group = 'group',
): ApiExchange => ({
  ...requestOf(c, 'TxnOffsetCommit'),
  $until: isSettled,
  $body: () => ({
    transactionalId: txnName(c, by.txn ?? 'txn'),
    groupId: c.name(group),
    ...identity(c, by),
    topics: Object.entries(offsets).map(([name, partitions]) => ({
      name: c.name(name),
      partitions: partitions.map(({ partition = 0, offset = 5, metadata = '' }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    })),
    ...by.more,
  }),
});

/** DescribeTransactions, asked again until the state is this one. */
export const shown = (c: CaseContext, state: string, txn = 'txn'): ApiExchange => ({
  ...requestOf(c, 'DescribeTransactions'),
  $on: 'watcher',
  $body: { transactionalIds: [txnName(c, txn)] },
  $until: (answer) => JSON.stringify(answer).includes(`"transactionState":"${state}"`),
});

/** Fetch of a partition of `orders` from its start. */
export const readBack = (c: CaseContext, isolationLevel: 0 | 1, partition = 0, topic = 'orders'): ApiExchange => ({
  $api: 'Fetch',
  $version: 12,
  $body: {
    maxWaitMs: 0,
    isolationLevel,
    topics: [{ topic: c.name(topic), partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  },
});
