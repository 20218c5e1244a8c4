import type { ApiCases } from '../case.ts';
import { newProducer, one, orders, sequenced } from '../requests/produce.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'Produce',
  cases: [
    {
      name: 'idempotent: in order, repeated, with a gap',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        sequenced(c, 0),
        sequenced(c, 1, { count: 3 }),
        sequenced(c, 1, { count: 3 }),
        sequenced(c, 0),
        sequenced(c, 5),
        sequenced(c, 4),
        sequenced(c, 1, { count: 2 }),
        sequenced(c, 4, { count: 2 }),
      ],
    },
    {
      name: 'idempotent: the fifth batch back is a duplicate, the sixth is not',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        ...[0, 1, 2, 3, 4, 5, 6].map((n) => sequenced(c, n)),
        sequenced(c, 2),
        sequenced(c, 1),
        sequenced(c, 0),
      ],
    },
    {
      name: 'idempotent: epochs',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        sequenced(c, 0),
        sequenced(c, 1, { producerEpoch: 1 }),
        sequenced(c, 0, { producerEpoch: 1 }),
        sequenced(c, 1, { producerEpoch: 0 }),
        sequenced(c, 1, { producerEpoch: 1 }),
        sequenced(c, 0, { producerEpoch: -1 }),
      ],
    },
    {
      name: 'idempotent: a producer that the partition does not know',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, 100, { producerId: 987_654 }),
        sequenced(c, 101, { producerId: 987_654 }),
        sequenced(c, 103, { producerId: 987_654 }),
      ],
    },
    {
      name: 'idempotent: sequences wrap around',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, 2_147_483_646, { producerId: 987_655, count: 2 }),
        sequenced(c, 0, { producerId: 987_655 }),
        sequenced(c, 2_147_483_646, { producerId: 987_656, count: 4 }),
        sequenced(c, 2, { producerId: 987_656 }),
      ],
    },
    {
      name: 'idempotent: a producer id without a sequence, a sequence without a producer id',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, -1, { producerId: 987_657 }),
        sequenced(c, -2, { producerId: 987_657 }),
        sequenced(c, 0, { producerId: -1 }),
        sequenced(c, 0, { producerId: -2 }),
      ],
    },
    {
      name: 'idempotent: a duplicate on a topic of append times',
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      exchanges: (c) => [newProducer, sequenced(c, 0), sequenced(c, 0)],
    },
    {
      name: 'control and transactional batches of an idempotent producer',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: numbered(1, c.time(0)), isControl: true }),
        one(c, { records: numbered(1, c.time(0)), isTransactional: true }),
        one(c, {
          records: numbered(1, c.time(0)),
          isTransactional: true,
          producerId: 987_658,
          producerEpoch: 0,
          baseSequence: 0,
        }),
      ],
    },
  ],
};
