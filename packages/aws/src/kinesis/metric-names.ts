import type { MetricsName } from './generated/types.ts';

const ALL: readonly MetricsName[] = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
];

export function expandMetrics(asked: readonly MetricsName[]): readonly MetricsName[] {
  return asked.includes('ALL') ? ALL : asked;
}
