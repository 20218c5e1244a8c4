/*
 * DeleteShareGroupOffsets (92), version 0.
 *
 * - A share group without members forgets all that it knows of these topics.
 * - NON_EMPTY_GROUP while it has members; GROUP_ID_NOT_FOUND for a group of another kind, or none.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/delete-share-group-offsets-request';
import { deleteShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/delete-share-group-offsets-response';
import { defineApi } from '../define-api.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';

const REFUSED = { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, responses: [] };

export function deleteShareGroupOffsetsApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: deleteShareGroupOffsetsRequestCodec,
    response: deleteShareGroupOffsetsResponseCodec,
    handle(request) {
      return areShareGroupsEnabled(image) ? groups.share.deleteOffsets(request) : REFUSED;
    },
  });
}
