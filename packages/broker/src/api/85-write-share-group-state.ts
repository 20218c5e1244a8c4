/*
 * WriteShareGroupState (85), versions 0–1.
 *
 * - Between brokers: the leader of a partition keeps what its share group did.
 * - INVALID_REQUEST where nothing was begun; FENCED_LEADER_EPOCH and FENCED_STATE_EPOCH for those of the past.
 * - A request without a group, or that names a topic without partitions, has an empty answer.
 * - v1: how many records are done with above the start offset (KIP-1226).
 */
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { writeShareGroupStateRequestCodec } from '@sluice/protocol/generated/messages/write-share-group-state-request';
import { writeShareGroupStateResponseCodec } from '@sluice/protocol/generated/messages/write-share-group-state-response';
import { defineApi } from '../define-api.ts';

export function writeShareGroupStateApi({ shareState }: { shareState: ShareCoordinator }) {
  return defineApi({
    request: writeShareGroupStateRequestCodec,
    response: writeShareGroupStateResponseCodec,
    handle: (request) => shareState.writeState(request),
  });
}
