import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';
import { one, orders, produce, readBack, topicOf } from '../requests/produce.ts';
import { batch, numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'Produce',
  cases: [
    {
      name: 'success with every acks',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: numbered(3, c.time(0)) }),
        one(c, { records: numbered(2, c.time(10)) }, { acks: 1 }),
        { $body: one(c, { records: numbered(1, c.time(20)) }, { acks: 0 }), $expectsNone: true },
        { ...readBack(c), $until: (answer) => JSON.stringify(answer).includes('"highWatermark":6') },
      ],
    },
    {
      name: 'acks of another number',
      topics: orders,
      exchanges: (c) => [2, -2, 100].map((acks) => one(c, { records: numbered(1, c.time(0)) }, { acks })),
    },
    {
      name: 'acks=0 with an error closes the connection',
      topics: orders,
      exchanges: (c) => [
        {
          $body: produce(c, [{ index: 9, records: batch({ records: numbered(1, c.time(0)) }) }], { acks: 0 }),
          $silenceMs: 3000,
        },
      ],
    },
    {
      name: 'no topics and no partitions',
      topics: orders,
      exchanges: (c) => [
        { acks: 1, timeoutMs: 1000, topicData: [] },
        { acks: 1, timeoutMs: 1000, topicData: [{ ...topicOf(c, 'orders'), partitionData: [] }] },
      ],
    },
    {
      name: 'several partitions, some of them wrong',
      topics: { orders: { partitions: 2 }, bills: {} },
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [
          {
            acks: 1,
            timeoutMs: 1000,
            topicData: [
              { ...topicOf(c, 'orders'), partitionData: [0, 1, 2, -1].map((index) => ({ index, records })) },
              { ...topicOf(c, 'bills'), partitionData: [{ index: 0, records }] },
              c.version >= 13
                ? { topicId: unknownId, partitionData: [{ index: 0, records }] }
                : { name: c.name('missing'), partitionData: [{ index: 0, records }] },
            ],
          },
        ];
      },
    },
    {
      name: 'the empty name, or the zero id',
      exchanges: (c) => [
        {
          acks: 1,
          timeoutMs: 1000,
          topicData: [{ partitionData: [{ index: 0, records: batch({ records: numbered(1, c.time(0)) }) }] }],
        },
      ],
    },
    {
      name: 'the same partition twice in one request',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [produce(c, [{ records }, { records }]), readBack(c)];
      },
    },
    {
      name: 'version 2 and below are advertised and refused',
      versions: { min: 13 },
      exchanges: () => [{ $version: 2, $answerVersion: 3, $body: Buffer.alloc(10), $silenceMs: 2000 }],
    },
  ],
};
