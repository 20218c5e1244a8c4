/*
 * AlterConfigs (33), versions 0–2.
 *
 * - Replaces all that is set on a resource (deprecated since KIP-339; tools of old still send it).
 * - v2: flexible.
 */
import { alterConfigs } from '@sluice/metadata/controller/alter-configs';
import { alterConfigsRequestCodec } from '@sluice/protocol/generated/messages/alter-configs-request';
import { alterConfigsResponseCodec } from '@sluice/protocol/generated/messages/alter-configs-response';
import type { ChangeCluster } from '../change-cluster.ts';
import { defineApi } from '../define-api.ts';

export function alterConfigsApi({ changeCluster }: { changeCluster: ChangeCluster }) {
  return defineApi({
    request: alterConfigsRequestCodec,
    response: alterConfigsResponseCodec,
    async handle(request) {
      const outcome = await changeCluster(alterConfigs, request);
      if (outcome.kind === 'decided') return { throttleTimeMs: 0, responses: [...outcome.reply.responses] };
      const { errorCode, errorMessage } = outcome;
      return {
        throttleTimeMs: 0,
        responses: request.resources.map(({ resourceType, resourceName }) => ({
          resourceType,
          resourceName,
          errorCode,
          errorMessage,
        })),
      };
    },
  });
}
