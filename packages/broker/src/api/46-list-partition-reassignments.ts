/*
 * ListPartitionReassignments (46), version 0.
 *
 * - Partitions whose replicas are being changed: none, as nothing moves between brokers.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listPartitionReassignmentsRequestCodec } from '@sluice/protocol/generated/messages/list-partition-reassignments-request';
import { listPartitionReassignmentsResponseCodec } from '@sluice/protocol/generated/messages/list-partition-reassignments-response';
import { defineApi } from '../define-api.ts';

export function listPartitionReassignmentsApi() {
  return defineApi({
    request: listPartitionReassignmentsRequestCodec,
    response: listPartitionReassignmentsResponseCodec,
    handle: async () => ({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, topics: [] }),
  });
}
