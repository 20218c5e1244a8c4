/*
 * CreateTopics (19), versions 2–7.
 *
 * - A decision of the controller: names, counts, assignments and configurations are checked there, topic by topic.
 * - v4: −1 takes the broker's defaults (KIP-464). v5: flexible; the answer shows the configuration (KIP-525).
 *   v7: topic ids (KIP-516).
 */

import { ZERO_UUID } from '@sluice/kernel/ids';
import { createTopics } from '@sluice/metadata/controller/create-topics';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import type { ChangeCluster } from '../change-cluster.ts';
import { defineApi } from '../define-api.ts';

export function createTopicsApi({ changeCluster }: { changeCluster: ChangeCluster }) {
  return defineApi({
    request: createTopicsRequestCodec,
    response: createTopicsResponseCodec,
    async handle(request) {
      const outcome = await changeCluster(createTopics, request, request.timeoutMs);
      if (outcome.kind === 'decided')
        return { topics: outcome.reply.topics.map((topic) => ({ ...topic, configs: [...topic.configs] })) };
      const { errorCode, errorMessage } = outcome;
      return {
        topics: request.topics.map(({ name }) => ({ name, topicId: ZERO_UUID, errorCode, errorMessage, configs: [] })),
      };
    },
  });
}
