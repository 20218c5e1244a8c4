/*
 * InitializeShareGroupState (83), version 0.
 *
 * - Between brokers: the coordinator of a share group begins the state of a partition, or begins it anew.
 * - FENCED_STATE_EPOCH if it was begun later already.
 * - A request without a group, or that names a topic without partitions, has an empty answer.
 */
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { initializeShareGroupStateRequestCodec } from '@sluice/protocol/generated/messages/initialize-share-group-state-request';
import { initializeShareGroupStateResponseCodec } from '@sluice/protocol/generated/messages/initialize-share-group-state-response';
import { defineApi } from '../define-api.ts';

export function initializeShareGroupStateApi({ shareState }: { shareState: ShareCoordinator }) {
  return defineApi({
    request: initializeShareGroupStateRequestCodec,
    response: initializeShareGroupStateResponseCodec,
    handle: (request) => shareState.initializeState(request),
  });
}
