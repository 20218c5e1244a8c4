/*
 * CreatePartitions (37), versions 0–3.
 *
 * - A decision of the controller: a topic only ever gets more partitions.
 * - v2: flexible. v3: throttling (KIP-599).
 */
import { createPartitions } from '@sluice/metadata/controller/create-partitions';
import { createPartitionsRequestCodec } from '@sluice/protocol/generated/messages/create-partitions-request';
import { createPartitionsResponseCodec } from '@sluice/protocol/generated/messages/create-partitions-response';
import type { ChangeCluster } from '../change-cluster.ts';
import { defineApi } from '../define-api.ts';

export function createPartitionsApi({ changeCluster }: { changeCluster: ChangeCluster }) {
  return defineApi({
    request: createPartitionsRequestCodec,
    response: createPartitionsResponseCodec,
    async handle(request) {
      const outcome = await changeCluster(createPartitions, request, request.timeoutMs);
      if (outcome.kind === 'decided') return { throttleTimeMs: 0, results: [...outcome.reply.results] };
      const { errorCode, errorMessage } = outcome;
      return { throttleTimeMs: 0, results: request.topics.map(({ name }) => ({ name, errorCode, errorMessage })) };
    },
  });
}
