/*
 * ShareAcknowledge (79), versions 1–2.
 *
 * - Says what became of records that the member has acquired (KIP-932): accepted, released, rejected, or not there. All of
 *   a partition's, or none. It is written before the answer leaves.
 * - Within a share session: its epoch must follow; −1 ends it and lets go what the member holds.
 * - v2: renews locks (KIP-1222); tells how long locks last.
 */

import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { shareAcknowledgeRequestCodec } from '@sluice/protocol/generated/messages/share-acknowledge-request';
import {
  type PartitionDataInput,
  shareAcknowledgeResponseCodec,
} from '@sluice/protocol/generated/messages/share-acknowledge-response';
import { defineApi } from '../define-api.ts';
import type { Partitions } from '../partitions/hosted-partition.ts';
import { type CurrentLeaders, NO_LEADER } from '../share/current-leader.ts';
import { acknowledgeAll } from '../share/share-acknowledgements.ts';
import { isMemberId } from '../share/share-member-id.ts';
import type { SharePartitions } from '../share/share-partitions.ts';
import type { ShareSessions } from '../share/share-sessions.ts';
import type { ShareSettings } from '../share/share-settings.ts';

const RENEW_FROM = 2;

export interface ShareAcknowledgeServices {
  /** The cluster has share groups. */
  isEnabled(): boolean;
  readonly partitions: Partitions;
  readonly shares: SharePartitions;
  readonly sessions: ShareSessions;
  readonly settings: ShareSettings;
  readonly currentLeaders: CurrentLeaders;
}

export function shareAcknowledgeApi(services: ShareAcknowledgeServices) {
  const { isEnabled, partitions, shares, sessions, settings, currentLeaders } = services;

  return defineApi({
    request: shareAcknowledgeRequestCodec,
    response: shareAcknowledgeResponseCodec,
    async handle(request, { apiVersion, peer }) {
      const { groupId, memberId, shareSessionEpoch: epoch } = request;
      if (!isEnabled()) return refuse(ErrorCode.UNSUPPORTED_VERSION);
      if (groupId === null || !isMemberId(memberId)) return refuse(ErrorCode.INVALID_REQUEST);
      const opened = sessions.openAcknowledge({ groupId, memberId, epoch, connectionId: peer.connectionId });
      if (opened.kind === 'refused') return refuse(opened.errorCode);
      const knowsRenew = apiVersion >= RENEW_FROM;
      const isRenewAck = knowsRenew && request.isRenewAck;
      const options = { groupId, memberId, knowsRenew, isRenewAck };
      const acknowledged = await acknowledgeAll(request.topics, options, { shares, partitions });
      if (opened.kind === 'final') sessions.end(opened.session);
      const leaders = acknowledged.map(currentLeaders.of);
      const topics = new Map<Uuid, { topicId: Uuid; partitions: PartitionDataInput[] }>();
      for (const [index, each] of acknowledged.entries()) {
        const topic = topics.get(each.topicId) ?? { topicId: each.topicId, partitions: [] };
        topics.set(each.topicId, topic);
        topic.partitions.push({
          partitionIndex: each.partition,
          errorCode: each.errorCode,
          errorMessage: each.message,
          currentLeader: leaders[index] ?? NO_LEADER,
        });
      }
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        acquisitionLockTimeoutMs: settings.ofGroup(groupId).recordLockDurationMs,
        responses: [...topics.values()],
        nodeEndpoints: currentLeaders.endpoints(leaders, peer.listenerName),
      };
    },
  });
}

function refuse(errorCode: number) {
  return { throttleTimeMs: 0, errorCode, acquisitionLockTimeoutMs: 0, responses: [], nodeEndpoints: [] };
}
