/*
 * WriteTxnMarkers (27), versions 1–2.
 *
 * - How a coordinator tells the leaders of a transaction's partitions that it has ended, and how an admin ends one that
 *   hangs (KIP-664). Each partition is answered once its marker is durable.
 * - A marker without partitions is not answered; one without an epoch, or of a negative transaction version, is
 *   UNKNOWN_SERVER_ERROR, and one of an epoch below that INVALID_PRODUCER_EPOCH.
 * - v2: the transaction version: from 2 on a marker must have a higher epoch than what it ends (KIP-1228).
 */
import type { TransactionMarker, WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type WritableTxnMarker,
  writeTxnMarkersRequestCodec,
} from '@sluice/protocol/generated/messages/write-txn-markers-request';
import { writeTxnMarkersResponseCodec } from '@sluice/protocol/generated/messages/write-txn-markers-response';
import { NO_PRODUCER_EPOCH } from '@sluice/protocol/records/batch-header';
import { defineApi } from '../define-api.ts';

export function writeTxnMarkersApi({ writeMarkers }: { writeMarkers: WriteMarkers }) {
  return defineApi({
    request: writeTxnMarkersRequestCodec,
    response: writeTxnMarkersResponseCodec,
    async handle(request) {
      const markers = await Promise.all(
        request.markers.filter(hasPartitions).map(async (marker) => {
          const { producerId, topics } = marker;
          const refused = refusalOf(marker);
          const errorCodeOf =
            refused === ErrorCode.NONE ? await writeMarkers(markerOf(marker), undefined) : () => refused;
          return {
            producerId,
            topics: topics.map(({ name, partitionIndexes }) => ({
              name,
              partitions: partitionIndexes.map((partitionIndex) => ({
                partitionIndex,
                errorCode: errorCodeOf(name, partitionIndex),
              })),
            })),
          };
        }),
      );
      return { markers };
    },
  });
}

function refusalOf({ producerEpoch, transactionVersion }: WritableTxnMarker): number {
  if (producerEpoch === NO_PRODUCER_EPOCH || transactionVersion < 0) return ErrorCode.UNKNOWN_SERVER_ERROR;
  return producerEpoch < 0 ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.NONE;
}

function hasPartitions({ topics }: WritableTxnMarker): boolean {
  return topics.some(({ partitionIndexes }) => partitionIndexes.length > 0);
}

function markerOf(marker: WritableTxnMarker): TransactionMarker {
  const { producerId, producerEpoch, coordinatorEpoch, topics } = marker;
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    isCommit: marker.transactionResult,
    transactionVersion: marker.transactionVersion >= 2 ? 2 : 0,
    partitions: new Map(topics.map(({ name, partitionIndexes }) => [name, new Set(partitionIndexes)])),
  };
}
