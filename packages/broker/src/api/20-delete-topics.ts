/*
 * DeleteTopics (20), versions 1–6.
 *
 * - A decision of the controller; the logs go when each broker sees it.
 * - v4: flexible. v5: error messages. v6: topic ids (KIP-516).
 */
import { ZERO_UUID } from '@sluice/kernel/ids';
import { deleteTopics } from '@sluice/metadata/controller/delete-topics';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteTopicsRequestCodec } from '@sluice/protocol/generated/messages/delete-topics-request';
import { deleteTopicsResponseCodec } from '@sluice/protocol/generated/messages/delete-topics-response';
import type { ChangeCluster } from '../change-cluster.ts';
import { defineApi } from '../define-api.ts';

const TOPIC_STATES_FROM = 6;

export interface DeleteTopicsServices {
  readonly changeCluster: ChangeCluster;
  /** `delete.topic.enable` */
  readonly isEnabled: boolean;
}

export function deleteTopicsApi({ changeCluster, isEnabled }: DeleteTopicsServices) {
  return defineApi({
    request: deleteTopicsRequestCodec,
    response: deleteTopicsResponseCodec,
    async handle(request, { apiVersion }) {
      const topics =
        apiVersion >= TOPIC_STATES_FROM
          ? request.topics
          : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
      const refuse = (errorCode: number, errorMessage: string | null) => ({
        responses: topics.map(({ name, topicId }) => ({ name, topicId, errorCode, errorMessage })),
      });
      if (!isEnabled) {
        const errorCode = apiVersion < 3 ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED;
        return refuse(errorCode, 'Topics cannot be deleted: delete.topic.enable is false.');
      }
      const outcome = await changeCluster(deleteTopics, { topics }, request.timeoutMs);
      if (outcome.kind === 'refused') return refuse(outcome.errorCode, outcome.errorMessage);
      return { responses: [...outcome.reply.responses] };
    },
  });
}
