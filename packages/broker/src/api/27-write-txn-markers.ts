/*
 * WriteTxnMarkers (27), versions 1–2.
 *
 * - How a coordinator tells the leaders of a transaction's partitions that it has ended, and how an admin ends one that
 *   hangs (KIP-664). Each partition is answered once its marker is durable.
 * - v2: the transaction version: from 2 on a marker must have a higher epoch than what it ends (KIP-1228).
 */
import type { WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import { writeTxnMarkersRequestCodec } from '@sluice/protocol/generated/messages/write-txn-markers-request';
import { writeTxnMarkersResponseCodec } from '@sluice/protocol/generated/messages/write-txn-markers-response';
import { defineApi } from '../define-api.ts';

export function writeTxnMarkersApi({ writeMarkers }: { writeMarkers: WriteMarkers }) {
  return defineApi({
    request: writeTxnMarkersRequestCodec,
    response: writeTxnMarkersResponseCodec,
    async handle(request) {
      const markers = await Promise.all(
        request.markers.map(async (marker) => {
          const { producerId, producerEpoch, coordinatorEpoch, topics } = marker;
          const errorCodeOf = await writeMarkers({
            producerId,
            producerEpoch,
            coordinatorEpoch,
            isCommit: marker.transactionResult,
            transactionVersion: marker.transactionVersion >= 2 ? 2 : 0,
            partitions: new Map(topics.map(({ name, partitionIndexes }) => [name, new Set(partitionIndexes)])),
          });
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
