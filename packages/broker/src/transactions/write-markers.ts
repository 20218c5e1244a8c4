import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { TransactionMarker, WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import { isMet, mayFollow, type Prerequisite, untilMet } from '@sluice/log/prerequisite';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { checkUsable, type HostedPartition, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
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

  function writeOne(
    built: BuiltMarker,
    topic: string,
    partition: number,
    after: Prerequisite | undefined,
  ): number | Promise<number> {
    const lookup = checkUsable(partitions.byName(topic, partition), -1);
    if (!isHosted(lookup)) return lookup.errorCode;
    // A crash could take back the end, and leave the marker.
    if (after !== undefined && !mayFollow(lookup.log, after)) return writeOnceMet(built, topic, partition, after);
    if (topic === GROUP_METADATA_TOPIC) {
      const { transactionVersion } = built.marker;
      return groups.endTransaction(partition, { batch: ownBatch(built), transactionVersion, after });
    }
    const ready = logsReady([lookup.log]);
    return ready === undefined ? append(lookup, built, after) : ready.then(() => append(lookup, built, after));
  }

  async function writeOnceMet(
    built: BuiltMarker,
    topic: string,
    partition: number,
    after: Prerequisite,
  ): Promise<number> {
    if (!isMet(after) && (await untilMet(after)) !== undefined) return ErrorCode.KAFKA_STORAGE_ERROR;
    return writeOne(built, topic, partition, undefined);
  }

  return async (marker, after) => {
    const built = buildMarker(marker, clock.now());
    const written: (number | Promise<number>)[] = [];
    for (const [topic, numbers] of marker.partitions) {
      for (const partition of numbers) written.push(writeOne(built, topic, partition, after));
    }
    const errorCodes = (await Promise.all(written)).values();
    const errors = new Map<string, Map<number, number>>();
    for (const [topic, numbers] of marker.partitions) {
      const ofTopic = new Map<number, number>();
      errors.set(topic, ofTopic);
      for (const partition of numbers)
        ofTopic.set(partition, errorCodes.next().value ?? ErrorCode.UNKNOWN_SERVER_ERROR);
    }
    return (topic, partition) => errors.get(topic)?.get(partition) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  };
}

/** Settles once the marker is durable. */
function append({ log, leaderEpoch }: HostedPartition, built: BuiltMarker, after: Prerequisite | undefined) {
  const result = log.append(ownBatch(built), {
    leaderEpoch,
    nowMs: built.nowMs,
    durable: true,
    origin: 'coordinator',
    transactionVersion: built.marker.transactionVersion,
    after,
  });
  if (result.kind === 'refused') return result.errorCode;
  return new Promise<number>((resolve) => {
    log.onDurable(result.lastOffset + 1, (failure) =>
      resolve(failure === undefined ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR),
    );
  });
}

/** The log writes offset and leader epoch into it. */
function ownBatch({ batch }: BuiltMarker): Buffer {
  return Buffer.from(batch);
}

function buildMarker(marker: TransactionMarker, nowMs: TimestampMs): BuiltMarker {
  const { producerId, producerEpoch, coordinatorEpoch } = marker;
  const type = marker.isCommit ? 'COMMIT' : 'ABORT';
  const batch = buildEndTxnMarkerBatch({ type, producerId, producerEpoch, coordinatorEpoch, timestampMs: nowMs });
  return { marker, batch, nowMs };
}
