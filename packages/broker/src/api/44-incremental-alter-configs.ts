/*
 * IncrementalAlterConfigs (44), versions 0–1.
 *
 * - Sets, deletes, appends to and subtracts from single configurations (KIP-339), all of a resource or none.
 * - v1: flexible.
 */
import { incrementalAlterConfigs } from '@sluice/metadata/controller/incremental-alter-configs';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import type { ChangeCluster } from '../change-cluster.ts';
import { defineApi } from '../define-api.ts';

export function incrementalAlterConfigsApi({ changeCluster }: { changeCluster: ChangeCluster }) {
  return defineApi({
    request: incrementalAlterConfigsRequestCodec,
    response: incrementalAlterConfigsResponseCodec,
    async handle(request) {
      const outcome = await changeCluster(incrementalAlterConfigs, request);
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
