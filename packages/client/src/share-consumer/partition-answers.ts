import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { sharedPartitionKey } from './acknowledgement.ts';

/** What a broker says of acknowledgements of one partition. */
export interface Answer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Brokers name each partition that something was said of, also where they have no records of it. */
export const UNANSWERED: Answer = {
  errorCode: ErrorCode.UNKNOWN_SERVER_ERROR,
  errorMessage: 'the broker did not say',
};

interface TopicRows<Row> {
  readonly topicId: Uuid;
  readonly partitions: readonly Row[];
}

/** An answer's rows by their partitions' keys. */
export function byPartition<Row extends { readonly partitionIndex: number }>(
  topics: readonly TopicRows<Row>[],
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const { topicId, partitions } of topics) {
    for (const row of partitions) rows.set(sharedPartitionKey({ topicId, partition: row.partitionIndex }), row);
  }
  return rows;
}

/** What a fetch's answer says of the acknowledgements that it took along. */
export function acknowledgeAnswer(
  row: { readonly acknowledgeErrorCode: number; readonly acknowledgeErrorMessage: string | null } | undefined,
): Answer | undefined {
  return row && { errorCode: row.acknowledgeErrorCode, errorMessage: row.acknowledgeErrorMessage };
}
