import type { ApiCases, CaseContext } from '../case.ts';
import { one, orders, readBack } from '../requests/produce.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'Produce',
  cases: [
    {
      name: 'append times',
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      exchanges: (c) => [
        one(c, { records: numbered(2, c.time(0)) }),
        one(c, { compression: 'gzip', records: numbered(2, c.time(0)) }),
        one(c, { timestampType: 'append', records: numbered(2, c.time(0)) }),
        readBack(c),
      ],
    },
    {
      name: 'a client that claims append times on a topic of create times',
      topics: orders,
      exchanges: (c) => [one(c, { timestampType: 'append', records: numbered(2, c.time(0)) }), readBack(c)],
    },
    {
      name: 'timestamps too early or too late',
      topics: {
        orders: {
          configs: { 'message.timestamp.before.max.ms': '7200000', 'message.timestamp.after.max.ms': '1000000' },
        },
      },
      exchanges: (c) => [
        one(c, { records: [{ value: 'a', timestamp: c.time(-5_000_000) }] }),
        one(c, { records: [{ value: 'a', timestamp: c.time(6_000_000) }] }),
        one(c, { records: [0, -5_000_000, 6_000_000].map((ms) => ({ value: 'a', timestamp: c.time(ms) })) }),
        one(c, { records: [0, -5_000_000].map((ms) => ({ value: 'a', timestamp: c.time(ms) })), compression: 'gzip' }),
        one(c, { records: [{ value: 'a', timestamp: c.time(0) }] }),
      ],
    },
    {
      name: 'a record without a timestamp, and one of a future day',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: [{ value: 'a', timestamp: -1 }] }),
        one(c, { records: [{ value: 'a', timestamp: c.time(100_000_000) }] }),
      ],
    },
    {
      name: 'null keys on a compacted topic',
      topics: { orders: { configs: { 'cleanup.policy': 'compact' } } },
      exchanges: (c) => [
        one(c, {
          records: [
            { key: 'a', value: '1', timestamp: c.time(0) },
            { key: null, value: '2', timestamp: c.time(1) },
            { key: null, value: '3', timestamp: c.time(2) },
          ],
        }),
        one(c, { compression: 'gzip', records: [{ key: null, value: '2', timestamp: c.time(1) }] }),
        one(c, { records: [{ key: '', value: '2', timestamp: c.time(1) }] }),
      ],
    },
    ...(['gzip', 'zstd', 'uncompressed'] as const).map((type) => ({
      name: `the topic's compression is ${type}`,
      topics: { orders: { configs: { 'compression.type': type } } },
      exchanges: (c: CaseContext) => [
        one(c, { records: numbered(3, c.time(0)) }),
        one(c, { compression: 'gzip', records: numbered(3, c.time(0)) }),
        readBack(c),
      ],
    })),
    {
      name: 'fewer replicas in sync than the topic wants',
      topics: { orders: { configs: { 'min.insync.replicas': '2' } } },
      exchanges: (c) => [
        one(c, { records: numbered(1, c.time(0)) }),
        one(c, { records: numbered(1, c.time(0)) }, { acks: 1 }),
      ],
    },
  ],
};
