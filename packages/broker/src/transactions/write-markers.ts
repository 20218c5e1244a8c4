import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { MarkerResult, TransactionMarker, WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import { isMet, mayFollow, type Prerequisite, untilMet } from '@sluice/log/prerequisite';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { checkUsable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import { logsReady } from '../partitions/ready-logs.ts';

export interface MarkerWriterOptions {
  readonly partitions: Partitions;
  readonly clock: Clock;
  /** Markers of its topic go through it: offsets of the transaction count from then on, or are forgotten. */
  readonly groups: GroupCoordinator;
}

interface BuiltMarker {
  readonly marker: TransactionMarker;
  /** The same bytes for all partitions. */
  readonly batch: Buffer;
  readonly nowMs: TimestampMs;
}

/** Writes markers to the partitions that this broker leads; each is answered once its marker is durable. */
export function createMarkerWriter(options: MarkerWriterOptions): WriteMarkers {
  const { partitions, clock, groups } = options;

  async function writeOne(
    { marker, batch, nowMs }: BuiltMarker,
    topic: string,
    partition: number,
    prerequisite: Prerequisite | undefined,
  ): Promise<number> {
    let after = prerequisite;
    let lookup = checkUsable(partitions.byName(topic, partition), -1);
    if (!isHosted(lookup)) return lookup.errorCode;
    if (after !== undefined && !mayFollow(lookup.log, after)) {
      // A crash could take back the end, and leave the marker.
      if (!isMet(after) && (await untilMet(after)) !== undefined) return ErrorCode.KAFKA_STORAGE_ERROR;
      after = undefined;
      lookup = checkUsable(partitions.byName(topic, partition), -1);
      if (!isHosted(lookup)) return lookup.errorCode;
    }
    const { transactionVersion } = marker;
    // The log writes offset and leader epoch into it.
    const own = Buffer.from(batch);
    if (topic === GROUP_METADATA_TOPIC) {
      return groups.endTransaction(partition, { batch: own, transactionVersion, after });
    }
    const { log, leaderEpoch } = lookup;
    const ready = logsReady([log]);
    if (ready !== undefined) await ready;
    const result = log.append(own, {
      leaderEpoch,
      nowMs,
      durable: true,
      origin: 'coordinator',
      transactionVersion,
      after,
    });
    if (result.kind === 'refused') return Promise.resolve(result.errorCode);
    return new Promise((resolve) => {
      log.onDurable(result.lastOffset + 1, (failure) =>
        resolve(failure === undefined ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR),
      );
    });
  }

  return async (marker, after) => {
    const built = buildMarker(marker, clock.now());
    const written: Promise<void>[] = [];
    const errors = new Map<string, Map<number, number>>();
    for (const [topic, numbers] of marker.partitions) {
      const ofTopic = new Map<number, number>();
      errors.set(topic, ofTopic);
      for (const partition of numbers) {
        written.push(
          writeOne(built, topic, partition, after).then((errorCode) => {
            ofTopic.set(partition, errorCode);
          }),
        );
      }
    }
    await Promise.all(written);
    const result: MarkerResult = (topic, partition) =>
      errors.get(topic)?.get(partition) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    return result;
  };
}

function buildMarker(marker: TransactionMarker, nowMs: TimestampMs): BuiltMarker {
  const { producerId, producerEpoch, coordinatorEpoch } = marker;
  const type = marker.isCommit ? 'COMMIT' : 'ABORT';
  const batch = buildEndTxnMarkerBatch({ type, producerId, producerEpoch, coordinatorEpoch, timestampMs: nowMs });
  return { marker, batch, nowMs };
}
