/*
 * AlterShareGroupOffsets (91), version 0.
 *
 * - A share group without members starts anew at these offsets; the group need not have been there before.
 * - NON_EMPTY_GROUP while it has members; GROUP_ID_NOT_FOUND for a group of another kind.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { alterShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import { alterShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import { defineApi } from '../define-api.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';

const REFUSED = { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, responses: [] };

export function alterShareGroupOffsetsApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: alterShareGroupOffsetsRequestCodec,
    response: alterShareGroupOffsetsResponseCodec,
    handle(request) {
      return areShareGroupsEnabled(image) ? groups.share.alterOffsets(request) : REFUSED;
    },
  });
}
