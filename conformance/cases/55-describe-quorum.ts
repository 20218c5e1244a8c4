import type { ApiCases } from '../case.ts';

const of = (topicName: string, partitionIndex: number) => ({
  topics: [{ topicName, partitions: [{ partitionIndex }] }],
});

export const cases: ApiCases = {
  api: 'DescribeQuorum',
  opaqueFields: ['highWatermark', 'logEndOffset', 'leaderEpoch'],
  cases: [
    { name: 'of the metadata', exchanges: () => [of('__cluster_metadata', 0)] },
    { name: 'of other topics', exchanges: () => [of('__cluster_metadata', 1), of('orders', 0), { topics: [] }] },
  ],
};
