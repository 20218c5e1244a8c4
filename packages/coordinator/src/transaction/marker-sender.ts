import type { Clock } from '@sluice/kernel/clock';
import type { LeaderEpoch, ProducerEpoch, ProducerId } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { stackOf } from '@sluice/kernel/stack-of';
import type { Prerequisite } from '@sluice/log/prerequisite';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Transaction, TransactionPartitions, TransactionVersion } from './transaction.ts';

/** What partitions are told when a transaction ends: one control record in each. */
export interface TransactionMarker {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** The leader epoch of the coordinator's partition: one that was replaced is fenced. */
  readonly coordinatorEpoch: LeaderEpoch;
  readonly isCommit: boolean;
  readonly transactionVersion: TransactionVersion;
  readonly partitions: TransactionPartitions;
}

/** The error code of each partition of a marker, once what could be written is durable. */
export type MarkerResult = (topic: string, partition: number) => number;

/**
 * Writes markers where the partitions are led; UNKNOWN_TOPIC_OR_PARTITION only for those that are deleted. `after` says that
 * the transaction has ended, if that is not durable yet: no marker may survive a crash without it.
 */
export type WriteMarkers = (marker: TransactionMarker, after: Prerequisite | undefined) => Promise<MarkerResult>;

export interface MarkerSenderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly write: WriteMarkers;
}

/** A failed write of markers is tried again after this long, then after twice as long, and so on. */
export const MARKER_BACKOFF_MS_MIN = 20;
export const MARKER_BACKOFF_MS_MAX = 1_000;

export interface MarkerSender {
  /** True once all partitions have their marker; false if the coordinator lost its office, or never will write them. */
  send(
    ended: Transaction,
    coordinatorEpoch: LeaderEpoch,
    after: Prerequisite | undefined,
    isCancelled: () => boolean,
  ): Promise<boolean>;
  /** Lets nobody wait for another try. */
  close(): void;
}

export function createMarkerSender({ clock, logger, write }: MarkerSenderOptions): MarkerSender {
  const sleeping = new Set<() => void>();
  let isClosed = false;

  async function send(
    ended: Transaction,
    coordinatorEpoch: LeaderEpoch,
    after: Prerequisite | undefined,
    isCancelled: () => boolean,
  ): Promise<boolean> {
    let left = ended.partitions;
    let backoffMs = MARKER_BACKOFF_MS_MIN;
    while (left.size > 0) {
      if (isClosed || isCancelled()) return false;
      const errorCodeOf = await attempt(markerOf(ended, left, coordinatorEpoch), after);
      const outcome = sortOut(left, errorCodeOf);
      if (outcome.isFenced) {
        logger.warn('the markers of a transaction are not wanted any more', {
          transactionalId: ended.transactionalId,
          producerId: ended.producerId,
        });
        return false;
      }
      left = outcome.left;
      if (left.size === 0) break;
      logger.warn('markers of a transaction could not be written yet', {
        transactionalId: ended.transactionalId,
        topics: [...left.keys()].join(', '),
        retryMs: backoffMs,
      });
      await sleep(backoffMs);
      backoffMs = Math.min(backoffMs * 2, MARKER_BACKOFF_MS_MAX);
    }
    return !isClosed && !isCancelled();
  }

  async function attempt(marker: TransactionMarker, after: Prerequisite | undefined): Promise<MarkerResult> {
    try {
      return await write(marker, after);
    } catch (error) {
      logger.error('writing the markers of a transaction failed', { reason: stackOf(error) });
      return () => ErrorCode.UNKNOWN_SERVER_ERROR;
    }
  }

  function sleep(delayMs: number): Promise<void> {
    if (isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        sleeping.delete(wake);
        resolve();
      };
      const timer = clock.setTimer(delayMs, wake);
      sleeping.add(wake);
    });
  }

  return {
    send,
    close() {
      isClosed = true;
      for (const wake of [...sleeping]) wake();
    },
  };
}

function markerOf(
  ended: Transaction,
  partitions: TransactionPartitions,
  coordinatorEpoch: LeaderEpoch,
): TransactionMarker {
  return {
    producerId: ended.producerId,
    producerEpoch: ended.producerEpoch,
    coordinatorEpoch,
    isCommit: ended.status === 'PrepareCommit',
    transactionVersion: ended.clientVersion,
    partitions,
  };
}

/** Which partitions must be tried again. */
function sortOut(
  partitions: TransactionPartitions,
  errorCodeOf: MarkerResult,
): { readonly left: TransactionPartitions; readonly isFenced: boolean } {
  const left = new Map<string, Set<number>>();
  let isFenced = false;
  for (const [topic, numbers] of partitions) {
    for (const partition of numbers) {
      switch (errorCodeOf(topic, partition)) {
        case ErrorCode.NONE:
        // A topic that is gone needs none; nor does one whose records have no place for it.
        case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
        case ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT:
          break;
        case ErrorCode.INVALID_PRODUCER_EPOCH:
        case ErrorCode.TRANSACTION_COORDINATOR_FENCED:
          isFenced = true;
          break;
        default:
          left.set(topic, (left.get(topic) ?? new Set()).add(partition));
      }
    }
  }
  return { left, isFenced };
}
