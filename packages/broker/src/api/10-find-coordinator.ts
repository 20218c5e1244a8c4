/*
 * FindCoordinator (10), versions 0–6.
 *
 * - There are no groups and no transactions yet, so no coordinator: COORDINATOR_NOT_AVAILABLE for each key, which
 *   clients retry. An unknown key type is INVALID_REQUEST.
 * - v3: flexible. v4: several keys (KIP-699). v5: TRANSACTION_ABORTABLE (KIP-890). v6: share groups (KIP-932).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { defineApi } from '../define-api.ts';

const BATCHED_FROM = 4;
const SHARE_FROM = 6;
const KeyType = { GROUP: 0, TRANSACTION: 1, SHARE: 2 } as const;

export function findCoordinatorApi() {
  return defineApi({
    request: findCoordinatorRequestCodec,
    response: findCoordinatorResponseCodec,
    handle({ key, keyType, coordinatorKeys }, { apiVersion }) {
      const isKnown =
        keyType === KeyType.GROUP ||
        keyType === KeyType.TRANSACTION ||
        (keyType === KeyType.SHARE && apiVersion >= SHARE_FROM);
      const errorCode = isKnown ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.INVALID_REQUEST;
      const errorMessage = isKnown
        ? 'this broker coordinates no groups and no transactions yet'
        : `unknown key type ${keyType}`;
      const nobody = { nodeId: -1, host: '', port: -1, errorCode, errorMessage };
      if (apiVersion < BATCHED_FROM) return nobody;
      return {
        coordinators: (key === '' ? coordinatorKeys : [key, ...coordinatorKeys]).map((each) => ({
          ...nobody,
          key: each,
        })),
      };
    },
  });
}
