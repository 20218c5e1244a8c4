import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const of = (c: CaseContext, names: readonly string[], more: Body = {}): Body => ({
  topics: names.map((name) => ({ name: c.name(name) })),
  ...more,
});
const topics = { a: { partitions: 3 }, b: { partitions: 2 }, d: {} };

export const cases: ApiCases = {
  api: 'DescribeTopicPartitions',
  cases: [
    { name: 'some topics', topics, exchanges: (c) => [of(c, ['a']), of(c, ['b', 'a']), of(c, ['a', 'a'])] },
    {
      name: 'unknown and invalid names',
      topics,
      exchanges: (c) => [of(c, ['c', 'a']), { topics: [{ name: '' }, { name: 'a b' }] }],
    },
    {
      name: 'page by page',
      topics,
      exchanges: (c) => [
        of(c, ['a', 'b', 'd'], { responsePartitionLimit: 2 }),
        of(c, ['a', 'b', 'd'], { responsePartitionLimit: 2, cursor: { topicName: c.name('a'), partitionIndex: 2 } }),
        of(c, ['a', 'b', 'd'], { responsePartitionLimit: 2, cursor: { topicName: c.name('b'), partitionIndex: 1 } }),
        of(c, ['a', 'b', 'd'], { responsePartitionLimit: 3 }),
        of(c, ['a', 'b', 'd'], { responsePartitionLimit: 6 }),
      ],
    },
    {
      name: 'cursors that point elsewhere',
      topics,
      exchanges: (c) => [
        of(c, ['a', 'b', 'd'], { cursor: { topicName: c.name('c'), partitionIndex: 0 } }),
        of(c, ['a', 'b', 'd'], { cursor: { topicName: c.name('a'), partitionIndex: 99 } }),
        of(c, ['a', 'b', 'd'], { cursor: { topicName: c.name('a'), partitionIndex: -1 } }),
        of(c, ['a'], { cursor: { topicName: c.name('b'), partitionIndex: 0 } }),
      ],
    },
    {
      name: 'limits of zero and less',
      topics,
      exchanges: (c) => [0, -1, 100_000].map((responsePartitionLimit) => of(c, ['a'], { responsePartitionLimit })),
    },
  ],
};
