import type { ApiCases, CaseContext } from '../case.ts';
import { bytes, one, orders, readBack, withAttributes } from '../requests/produce.ts';
import { batch, numbered, oldMessage } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'Produce',
  cases: [
    { name: 'null records', topics: orders, exchanges: (c) => [{ $body: bytes(c, null), $silenceMs: 700 }] },
    { name: 'no bytes', topics: orders, exchanges: (c) => [bytes(c, Buffer.alloc(0))] },
    { name: 'a batch without records', topics: orders, exchanges: (c) => [one(c, { records: [] })] },
    {
      name: 'two batches for one partition',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [bytes(c, Buffer.concat([records, records]))];
      },
    },
    {
      name: 'a wrong checksum',
      topics: orders,
      exchanges: (c) => [one(c, { records: numbered(1, c.time(0)), breakCrc: true }), readBack(c)],
    },
    {
      name: 'messages of the formats 0 and 1',
      topics: orders,
      exchanges: (c) => [bytes(c, oldMessage(0, 'old', c.time(0))), bytes(c, oldMessage(1, 'old', c.time(0)))],
    },
    {
      name: 'a batch of an unknown magic',
      topics: orders,
      exchanges: (c) => [3, -1, 127].map((magic) => one(c, { records: numbered(1, c.time(0)), magic })),
    },
    {
      name: 'garbage, and batches that end too early',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(3, c.time(0)) });
        const tooLong = Buffer.from(records);
        tooLong.writeInt32BE(records.length, 8);
        const negative = Buffer.from(records);
        negative.writeInt32BE(-5, 8);
        return [
          bytes(c, Buffer.from('garbage')),
          bytes(c, Buffer.alloc(100, 0xff)),
          bytes(c, Buffer.alloc(100)),
          bytes(c, records.subarray(0, records.length - 1)),
          bytes(c, records.subarray(0, 61)),
          bytes(c, records.subarray(0, 12)),
          bytes(c, Buffer.concat([records, Buffer.alloc(3)])),
          bytes(c, tooLong),
          bytes(c, negative),
        ];
      },
    },
    ...(['gzip', 'snappy', 'lz4', 'zstd'] as const).map((compression) => ({
      name: `compressed with ${compression}`,
      topics: orders,
      exchanges: (c: CaseContext) => [one(c, { compression, records: numbered(3, c.time(0)) }), readBack(c)],
    })),
    {
      name: 'an unknown compression',
      topics: orders,
      exchanges: (c) =>
        [5, 6, 7].map((code) => {
          const records = batch({ records: numbered(1, c.time(0)) });
          return bytes(c, withAttributes(records, code));
        }),
    },
    {
      name: 'bytes that cannot be decompressed',
      topics: orders,
      exchanges: (c) =>
        [1, 2, 3, ...(c.version >= 7 ? [4] : [])].map((code) => {
          const records = batch({ records: numbered(1, c.time(0)) });
          return bytes(c, withAttributes(records, code));
        }),
    },
    {
      name: 'counts and offsets that do not agree',
      topics: orders,
      exchanges: (c) => {
        const records = numbered(3, c.time(0));
        return [
          one(c, { records, recordCount: 2 }),
          one(c, { records, recordCount: 4 }),
          one(c, { records, recordCount: -1 }),
          one(c, { records, lastOffsetDelta: 1 }),
          one(c, { records, lastOffsetDelta: 5 }),
          one(c, { records, offsetDeltas: [0, 2, 1] }),
          one(c, { records, offsetDeltas: [0, 0, 0] }),
          one(c, { records, offsetDeltas: [1, 2, 3] }),
          one(c, { records, baseOffset: 7 }),
          one(c, { records, partitionLeaderEpoch: 5 }),
          one(c, { records, maxTimestamp: c.time(999) }),
          one(c, { records, compression: 'gzip', recordCount: 2 }),
          one(c, { records, compression: 'gzip', recordCount: 4 }),
          one(c, { records, compression: 'gzip', offsetDeltas: [0, 2, 1] }),
          one(c, { records, compression: 'gzip', lastOffsetDelta: 5, recordCount: 6 }),
        ];
      },
    },
    {
      name: 'keys, headers, nulls and empty values',
      topics: orders,
      exchanges: (c) => [
        one(c, {
          records: [
            { key: null, value: null, timestamp: c.time(0) },
            { key: '', value: '', timestamp: c.time(1) },
            { key: 'k', value: 'v', headers: { h: 'x', empty: '', none: null, '': 'y' }, timestamp: c.time(2) },
          ],
        }),
        readBack(c),
      ],
    },
    {
      name: 'a batch that is too large for the topic',
      topics: { orders: { configs: { 'max.message.bytes': '200' } } },
      exchanges: (c) => [
        one(c, { records: [{ value: 'x'.repeat(100), timestamp: c.time(0) }] }),
        one(c, { records: [{ value: 'x'.repeat(300), timestamp: c.time(0) }] }),
        one(c, { compression: 'gzip', records: [{ value: 'x'.repeat(3000), timestamp: c.time(0) }] }),
      ],
    },
    {
      name: 'a batch at the limit of the topic and one past it',
      topics: { orders: { configs: { 'max.message.bytes': '200' } } },
      exchanges: (c) => {
        const overhead = batch({ records: [{ value: 'x'.repeat(100), timestamp: c.time(0) }] }).length - 100;
        return [200, 201].map((size) =>
          one(c, { records: [{ value: 'x'.repeat(size - overhead), timestamp: c.time(0) }] }),
        );
      },
    },
  ],
};
