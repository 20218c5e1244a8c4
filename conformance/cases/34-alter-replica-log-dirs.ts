import type { ApiCases, CaseContext } from '../case.ts';
import { gathered, moveTo, untilIn } from '../requests/log-dirs.ts';
import { numbered } from '../wire/record-batch.ts';

const twoBatches = (c: CaseContext) => [
  { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
  { topic: 'orders', batch: { records: numbered(3, c.time(100)) } },
];

export const cases: ApiCases = {
  api: 'AlterReplicaLogDirs',
  cases: [
    {
      name: 'there and back, with what is in it',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => {
        const orders = c.name('orders');
        return [
          ...gathered(c, orders, [0]),
          moveTo(c.logDir(0), orders, [0]),
          moveTo(c.logDir(1), orders, [0]),
          untilIn(c, 1, orders, [0]),
          {
            $api: 'ListOffsets',
            $version: 5,
            $body: {
              replicaId: -1,
              topics: [{ name: orders, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
            },
          },
          moveTo(c.logDir(0), orders, [0]),
          untilIn(c, 0, orders, [0]),
        ];
      },
    },
    {
      name: 'directories that are not there',
      topics: { orders: {} },
      exchanges: (c) => {
        const orders = c.name('orders');
        const paths = ['/nowhere', '', 'logs-0', `${c.logDir(0)}/`, '..'];
        return paths.map((path) => moveTo(path, orders, [0]));
      },
    },
    {
      name: 'partitions and topics that are not there',
      topics: { orders: {} },
      exchanges: (c) => [
        moveTo(c.logDir(0), c.name('orders'), [1, -1]),
        moveTo(c.logDir(0), c.name('missing'), [0]),
        moveTo(c.logDir(0), '', [0]),
        moveTo(c.logDir(0), 'no such name', [0]),
        moveTo('/nowhere', c.name('missing'), [0]),
      ],
    },
    {
      name: 'a topic that is made later',
      exchanges: (c) => [
        moveTo(c.logDir(1), c.name('later'), [0, 1, 2, 3, 4]),
        {
          $api: 'CreateTopics',
          $version: 5,
          $isUnrecorded: true,
          $body: {
            topics: [{ name: c.name('later'), numPartitions: 5, replicationFactor: 1 }],
            timeoutMs: 5000,
          },
        },
        untilIn(c, 1, c.name('later'), [0, 1, 2, 3, 4]),
      ],
    },
    {
      name: 'names that are too long for a log that moves',
      exchanges: (c) =>
        // With the number of a partition: 213 is the longest.
        [213, 214, 249].map((length) => moveTo(c.logDir(0), c.name('x'.repeat(length - c.name('').length)), [0])),
    },
    {
      name: 'nothing, and one partition twice',
      topics: { orders: {} },
      exchanges: (c) => {
        const orders = c.name('orders');
        return [
          ...gathered(c, orders, [0]),
          { dirs: [] },
          { dirs: [{ path: c.logDir(0), topics: [] }] },
          moveTo(c.logDir(0), orders, []),
          moveTo('/nowhere', orders, []),
          moveTo(c.logDir(0), orders, [0, 0]),
          {
            dirs: [
              { path: '/nowhere', topics: [{ name: orders, partitions: [0] }] },
              { path: c.logDir(0), topics: [{ name: orders, partitions: [0] }] },
            ],
          },
        ];
      },
    },
  ],
};
