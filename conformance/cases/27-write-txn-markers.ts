import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { addPartitions, begin, producer, readBack, topics, write } from '../requests/transactions.ts';
import type { Body } from '../wire/encode.ts';

const mark = (
  c: CaseContext,
  {
    epochs = 0,
    partitions = { orders: [0] },
    ...more
  }: { epochs?: number; partitions?: Record<string, number[]> } & Body = {},
): ApiExchange => ({
  $body: () => ({
    markers: [
      {
        producerId: producer(c).producerId,
        producerEpoch: producer(c).producerEpoch + epochs,
        transactionResult: false,
        coordinatorEpoch: 5,
        topics: Object.entries(partitions).map(([name, partitionIndexes]) => ({
          name: c.name(name),
          partitionIndexes,
        })),
        ...more,
      },
    ],
  }),
});
const written = (c: CaseContext) => [
  begin(c),
  addPartitions(c, { orders: [0, 1] }),
  write(c),
  write(c, { partition: 1 }),
];

export const cases: ApiCases = {
  api: 'WriteTxnMarkers',
  needsTransactions: true,
  cases: [
    {
      name: 'abort a partition, again, then commit it',
      topics,
      exchanges: (c) => [...written(c), mark(c), mark(c), mark(c, { transactionResult: true }), readBack(c, 1)],
    },
    {
      name: 'partitions that are not there, none',
      topics,
      exchanges: (c) => [
        ...written(c),
        mark(c, { partitions: { orders: [0, 9], missing: [0] } }),
        mark(c, { partitions: {} }),
        { markers: [] },
      ],
    },
    {
      name: 'of an older coordinator, of an older epoch',
      topics,
      exchanges: (c) => [
        ...written(c),
        mark(c),
        mark(c, { coordinatorEpoch: 4 }),
        mark(c, { epochs: -1 }),
        mark(c, { epochs: 1, coordinatorEpoch: 6 }),
        mark(c),
      ],
    },
    {
      name: 'of transactions version 2',
      versions: { min: 2 },
      topics,
      exchanges: (c) => [
        ...written(c),
        mark(c, { transactionVersion: 2 }),
        mark(c, { transactionVersion: 2, epochs: 1 }),
        mark(c, { transactionVersion: 2, epochs: 1 }),
      ],
    },
    {
      name: 'of a producer that the partition does not know',
      topics,
      exchanges: (c) => [begin(c), mark(c), readBack(c, 0)],
    },
    {
      name: 'numbers that nobody has',
      topics,
      exchanges: (c) => [
        ...written(c),
        mark(c, { coordinatorEpoch: -1 }),
        mark(c, { coordinatorEpoch: -1 }),
        mark(c, { partitions: { orders: [-1, 2_147_483_647] } }),
        mark(c, { partitions: { orders: [1, 1] } }),
        readBack(c, 1),
        readBack(c, 1, 1),
      ],
    },
    {
      name: 'an epoch below zero',
      topics,
      exchanges: (c) => [...written(c), mark(c, { producerEpoch: -1 }), mark(c, { producerEpoch: -5 }), readBack(c, 1)],
    },
    {
      name: 'of a topic without a name',
      topics,
      exchanges: (c) => [...written(c), mark(c, { topics: [{ name: '', partitionIndexes: [0] }] })],
    },
    {
      name: 'several of one producer in one request',
      topics,
      exchanges: (c) => [
        ...written(c),
        {
          $body: () => ({
            markers: [true, false].map((transactionResult) => ({
              ...{ ...producer(c), transactionResult, coordinatorEpoch: 5 },
              topics: [{ name: c.name('orders'), partitionIndexes: [0] }],
            })),
          }),
        },
        readBack(c, 1),
      ],
    },
    {
      name: 'of transaction versions that nobody has',
      versions: { min: 2 },
      topics,
      exchanges: (c) => [
        ...written(c),
        mark(c, { transactionVersion: -1 }),
        mark(c, { transactionVersion: 99, epochs: 1, partitions: { orders: [1] } }),
        readBack(c, 1),
        readBack(c, 1, 1),
      ],
    },
  ],
};
