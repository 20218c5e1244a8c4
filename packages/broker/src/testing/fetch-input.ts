import { ZERO_UUID } from '@sluice/kernel/ids';
import type { FetchRequestInput } from '@sluice/protocol/generated/messages/fetch-request';
import type { FetchResponse } from '@sluice/protocol/generated/messages/fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

export interface FetchOptions {
  readonly topic?: string;
  readonly topicId?: string;
  /** Offsets by partition; partition 0 from 0 if left out. */
  readonly offsets?: Readonly<Record<number, number>>;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly partitionMaxBytes?: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  /** Partitions of the topic that the session shall forget. */
  readonly forgotten?: readonly number[];
}

const SIZE_BYTES_MAX = 1024 * 1024;
const SESSIONLESS = -1;

/** A fetch of partition 0 of `orders` from its start, without waiting, unless the options say otherwise. */
export function fetchInput(options: FetchOptions = {}): FetchRequestInput {
  const { topic = 'orders', topicId = ZERO_UUID, offsets = { 0: 0 }, forgotten = [] } = options;
  const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
    partition: Number(partition),
    fetchOffset,
    partitionMaxBytes: options.partitionMaxBytes ?? SIZE_BYTES_MAX,
  }));
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? SIZE_BYTES_MAX,
    sessionId: options.sessionId ?? 0,
    sessionEpoch: options.sessionEpoch ?? SESSIONLESS,
    topics: partitions.length === 0 ? [] : [{ topic, topicId, partitions }],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ topic, topicId, partitions: [...forgotten] }],
  };
}

/** What an answer shows: `partition: value value …`, or `partition: error n`. */
export function shown(response: FetchResponse): string[] {
  return response.responses.flatMap(({ partitions }) =>
    partitions.map(({ partitionIndex, errorCode, records }) =>
      errorCode === 0
        ? `${partitionIndex}: ${valuesOf(records).join(' ')}`.trim()
        : `${partitionIndex}: error ${errorCode}`,
    ),
  );
}

/** Values of whole batches. */
export function valuesOf(records: Buffer | null): string[] {
  const values: string[] = [];
  for (const span of walkBatches(records ?? Buffer.alloc(0))) {
    if (span.kind === 'batch-error') break;
    const read = readRecords(records ?? Buffer.alloc(0), span.position);
    if (isBatchError(read)) throw new Error(read.message);
    values.push(...read.map(({ value }) => value?.toString() ?? 'null'));
  }
  return values;
}
