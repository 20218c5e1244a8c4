/*
 * DeleteShareGroupState (86), version 0.
 *
 * - Between brokers: the coordinator of a share group forgets the state of a partition; one that is not there is forgotten.
 * - A request without a group, or that names a topic without partitions, has an empty answer.
 */
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { deleteShareGroupStateRequestCodec } from '@sluice/protocol/generated/messages/delete-share-group-state-request';
import { deleteShareGroupStateResponseCodec } from '@sluice/protocol/generated/messages/delete-share-group-state-response';
import { defineApi } from '../define-api.ts';

export function deleteShareGroupStateApi({ shareState }: { shareState: ShareCoordinator }) {
  return defineApi({
    request: deleteShareGroupStateRequestCodec,
    response: deleteShareGroupStateResponseCodec,
    handle: (request) => shareState.deleteState(request),
  });
}
