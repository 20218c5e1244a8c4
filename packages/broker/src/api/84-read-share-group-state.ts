/*
 * ReadShareGroupState (84), version 0.
 *
 * - Between brokers: the leader of a partition learns what its share group knows; its leader epoch is kept.
 * - INVALID_REQUEST where nothing was begun, FENCED_LEADER_EPOCH for a leader of the past.
 * - A request without a group, or that names a topic without partitions, has an empty answer.
 */
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { readShareGroupStateRequestCodec } from '@sluice/protocol/generated/messages/read-share-group-state-request';
import { readShareGroupStateResponseCodec } from '@sluice/protocol/generated/messages/read-share-group-state-response';
import { defineApi } from '../define-api.ts';

export function readShareGroupStateApi({ shareState }: { shareState: ShareCoordinator }) {
  return defineApi({
    request: readShareGroupStateRequestCodec,
    response: readShareGroupStateResponseCodec,
    handle: (request) => shareState.readState(request),
  });
}
