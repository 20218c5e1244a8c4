import type { Offset } from '@sluice/kernel/ids';
import type { FetchedPartition, FetchTarget } from './fetch-partition.ts';

/** KIP-227: what the client has told us of one partition, and what we told it last. */
export interface SessionPartition extends FetchTarget {
  answeredHighWatermark: Offset;
  answeredLogStartOffset: Offset;
}

/** A client's standing request: later fetches name only what changes, answers hold only what changed. */
export interface FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** The epoch that the next request must carry. */
  epoch: number;
  /** In the order in which they are read; a partition that gave data goes to the end, so that none starves. */
  readonly partitions: Map<string, SessionPartition>;
}

export const EPOCH_INITIAL = 0;
export const EPOCH_FINAL = -1;
const EPOCH_MAX = 2 ** 31 - 1;

export function nextEpoch(epoch: number): number {
  return epoch === EPOCH_MAX ? 1 : epoch + 1;
}

export function partitionKey(
  target: Pick<FetchTarget, 'topic' | 'topicId' | 'partition'>,
  usesTopicIds: boolean,
): string {
  return `${usesTopicIds ? target.topicId : target.topic}/${target.partition}`;
}

export function toSessionPartition(target: FetchTarget): SessionPartition {
  return { ...target, answeredHighWatermark: -1, answeredLogStartOffset: -1 };
}

/** Adds or updates what the request names, and drops what it forgets. */
export function updateSession(
  session: FetchSession,
  targets: readonly FetchTarget[],
  forgotten: readonly Pick<FetchTarget, 'topic' | 'topicId' | 'partition'>[],
): void {
  for (const target of targets) {
    const key = partitionKey(target, session.usesTopicIds);
    const known = session.partitions.get(key);
    if (known === undefined) {
      session.partitions.set(key, toSessionPartition(target));
      continue;
    }
    known.fetchOffset = target.fetchOffset;
    known.maxBytes = target.maxBytes;
    known.currentLeaderEpoch = target.currentLeaderEpoch;
    known.lastFetchedEpoch = target.lastFetchedEpoch;
  }
  for (const partition of forgotten) session.partitions.delete(partitionKey(partition, session.usesTopicIds));
}

/** The partitions that an incremental answer must show; remembers what it shows. */
export function selectChanged(session: FetchSession, fetched: readonly FetchedPartition[]): FetchedPartition[] {
  return fetched.filter((result) => {
    const key = partitionKey(result.target, session.usesTopicIds);
    const known = session.partitions.get(key);
    if (known === undefined) return false;
    const { data } = result;
    const highWatermark = data.highWatermark;
    const logStartOffset = data.logStartOffset ?? -1;
    const isChanged =
      result.sizeBytes > 0 ||
      result.endsWait ||
      highWatermark !== known.answeredHighWatermark ||
      logStartOffset !== known.answeredLogStartOffset;
    known.answeredHighWatermark = highWatermark;
    known.answeredLogStartOffset = logStartOffset;
    if (isChanged && result.sizeBytes > 0) {
      session.partitions.delete(key);
      session.partitions.set(key, known);
    }
    return isChanged;
  });
}
