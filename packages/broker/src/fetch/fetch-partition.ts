import type { LeaderEpoch, Offset, Uuid } from '@sluice/kernel/ids';
import type { ReadOptions, ReadResult } from '@sluice/log/partition-log';
import type { AbortedTxn } from '@sluice/log/txn-index';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { PartitionDataInput as PartitionData } from '@sluice/protocol/generated/messages/fetch-response';
import {
  BATCH_HEADER_SIZE_BYTES,
  baseOffset,
  batchSizeBytes,
  lastOffsetDelta,
} from '@sluice/protocol/records/batch-header';
import { type HostedPartition, isHosted, type Lookup, type LookupError } from '../partitions/hosted-partition.ts';

/** What a fetch asks of one partition. `topic` is '' while an id has never been resolved. */
export interface FetchTarget {
  topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  fetchOffset: Offset;
  currentLeaderEpoch: LeaderEpoch;
  lastFetchedEpoch: LeaderEpoch;
  maxBytes: number;
}

/** One partition's share of an answer under way. */
export interface FetchedPartition {
  readonly target: FetchTarget;
  /** `undefined` if the partition cannot be read here. */
  readonly hosted: HostedPartition | undefined;
  readonly data: PartitionData;
  readonly sizeBytes: number;
  /** To be called when the data has left, or is not sent. */
  readonly release: (() => void) | undefined;
  /** An error or a divergence ends the wait for more data. */
  readonly endsWait: boolean;
}

const NO_BUFFERS: readonly Buffer[] = [];
/** A log is not compacted so often. */
const ATTEMPTS_MAX = 8;
/** Refused before anything is read: there Kafka has an empty list of aborted transactions, elsewhere none. */
const UNKNOWN_PARTITION: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

/** Reads what there is now; a promise only when it must come from disk. */
export function fetchPartition(
  target: FetchTarget,
  lookup: Lookup,
  options: ReadOptions,
): FetchedPartition | Promise<FetchedPartition> {
  if (!isHosted(lookup)) return refused(target, lookup);
  if (options.maxBytes < 0) return refused(target, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
  const divergence = divergenceOf(target, lookup);
  if (divergence !== undefined) return divergence;
  return readPartition(target, lookup, options, 1);
}

function readPartition(
  target: FetchTarget,
  hosted: HostedPartition,
  options: ReadOptions,
  attempt: number,
): FetchedPartition | Promise<FetchedPartition> {
  const { generation } = hosted.log;
  const result = hosted.log.read(target.fetchOffset, options);
  const found = (settled: ReadResult) => complete(target, hosted, settled, { options, generation, attempt });
  return result instanceof Promise ? result.then(found) : found(result);
}

interface Reading {
  readonly options: ReadOptions;
  /** Of the log before the read. */
  readonly generation: number;
  readonly attempt: number;
}

function complete(
  target: FetchTarget,
  hosted: HostedPartition,
  result: ReadResult,
  { options, generation, attempt }: Reading,
): FetchedPartition | Promise<FetchedPartition> {
  if (result.kind === 'out-of-range') return refused(target, { errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
  if (result.kind === 'failed') return refused(target, { errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
  const { buffers, sizeBytes, release } = result;
  const fetched = (aborted: readonly AbortedTxn[] | null): FetchedPartition => {
    const data = withRecords(target, hosted, buffers, aborted);
    return { target, hosted, data, sizeBytes, release, endsWait: false };
  };
  if (options.upTo !== 'last-stable') return fetched(null);
  if (sizeBytes === 0) return fetched([]);
  const aborted = hosted.log.abortedTransactions(target.fetchOffset, hosted.log.lastStableOffset);
  if (!(aborted instanceof Promise) && hosted.log.generation === generation) return fetched(within(buffers, aborted));
  return whenKnown(aborted).then((found) => {
    if (found !== undefined && hosted.log.generation === generation) return fetched(within(buffers, found));
    release?.();
    if (found === undefined || attempt === ATTEMPTS_MAX) {
      return refused(target, { errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    }
    // A compaction has taken aborted records out of the log, and their entries with them: these records still have them.
    return readPartition(target, hosted, options, attempt + 1);
  });
}

/** `undefined` if the index cannot be read. */
async function whenKnown(
  aborted: readonly AbortedTxn[] | Promise<readonly AbortedTxn[]>,
): Promise<readonly AbortedTxn[] | undefined> {
  try {
    return await aborted;
  } catch {
    return undefined;
  }
}

/** Only those that have records in what is sent. */
function within(buffers: readonly Buffer[], aborted: readonly AbortedTxn[]): readonly AbortedTxn[] {
  if (aborted.length === 0) return aborted;
  const endOffset = endOffsetOf(buffers);
  return aborted.filter(({ firstOffset }) => firstOffset < endOffset);
}

function endOffsetOf(buffers: readonly Buffer[]): Offset {
  const last = buffers.at(-1);
  if (last === undefined) return 0;
  let endOffset = 0;
  for (let at = 0; at + BATCH_HEADER_SIZE_BYTES <= last.length; at += batchSizeBytes(last, at)) {
    endOffset = baseOffset(last, at) + lastOffsetDelta(last, at) + 1;
  }
  return endOffset;
}

function withRecords(
  target: FetchTarget,
  { log }: HostedPartition,
  records: readonly Buffer[],
  aborted: readonly AbortedTxn[] | null,
): PartitionData {
  return {
    partitionIndex: target.partition,
    errorCode: ErrorCode.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    abortedTransactions: aborted?.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) ?? null,
    records,
  };
}

/** `currentLeader` is for versions that have it: the handler drops it for others. */
export function refused(target: FetchTarget, { errorCode, currentLeader }: LookupError): FetchedPartition {
  const data: PartitionData = {
    partitionIndex: target.partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: UNKNOWN_PARTITION.has(errorCode) ? [] : null,
    records: NO_BUFFERS,
    ...(currentLeader === undefined ? {} : { currentLeader: { ...currentLeader } }),
  };
  return { target, hosted: undefined, data, sizeBytes: 0, release: undefined, endsWait: true };
}

/** KIP-595: a fetcher whose last epoch ended elsewhere in our log is told where, so that it can truncate. */
function divergenceOf(target: FetchTarget, hosted: HostedPartition): FetchedPartition | undefined {
  if (target.lastFetchedEpoch < 0) return undefined;
  const end = hosted.log.endOffsetForEpoch(target.lastFetchedEpoch);
  if (end.leaderEpoch < 0 || end.endOffset < 0) return refused(target, { errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
  if (end.leaderEpoch >= target.lastFetchedEpoch && end.endOffset >= target.fetchOffset) return undefined;
  const data: PartitionData = {
    ...withRecords(target, hosted, NO_BUFFERS, null),
    divergingEpoch: { epoch: end.leaderEpoch, endOffset: end.endOffset },
  };
  return { target, hosted, data, sizeBytes: 0, release: undefined, endsWait: true };
}
