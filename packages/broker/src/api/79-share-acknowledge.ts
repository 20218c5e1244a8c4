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
import { isHosted, leaderOf, type Partitions } from '../partitions/hosted-partition.ts';
import { type AcknowledgedPartition, acknowledgeAll } from '../share/share-acknowledgements.ts';
import { isMemberId } from '../share/share-member-id.ts';
import type { SharePartitions } from '../share/share-partitions.ts';
import type { ShareSessions } from '../share/share-sessions.ts';
import type { ShareSettings } from '../share/share-settings.ts';

const RENEW_FROM = 2;
const NO_LEADER = { leaderId: 0, leaderEpoch: 0 };

export interface ShareAcknowledgeServices {
  /** The cluster has share groups. */
  isEnabled(): boolean;
  readonly partitions: Partitions;
  readonly shares: SharePartitions;
  readonly sessions: ShareSessions;
  readonly settings: ShareSettings;
}

export function shareAcknowledgeApi({ isEnabled, partitions, shares, sessions, settings }: ShareAcknowledgeServices) {
  /** KIP-951 */
  function currentLeader({ topicId, partition, errorCode }: AcknowledgedPartition) {
    if (errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER && errorCode !== ErrorCode.FENCED_LEADER_EPOCH) return NO_LEADER;
    const found = partitions.byId(topicId, partition);
    return isHosted(found) ? leaderOf(found) : (found.currentLeader ?? NO_LEADER);
  }

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
      const topics = new Map<Uuid, { topicId: Uuid; partitions: PartitionDataInput[] }>();
      for (const each of acknowledged) {
        const topic = topics.get(each.topicId) ?? { topicId: each.topicId, partitions: [] };
        topics.set(each.topicId, topic);
        topic.partitions.push({
          partitionIndex: each.partition,
          errorCode: each.errorCode,
          errorMessage: each.message,
          currentLeader: currentLeader(each),
        });
      }
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        acquisitionLockTimeoutMs: settings.ofGroup(groupId).recordLockDurationMs,
        responses: [...topics.values()],
        nodeEndpoints: [],
      };
    },
  });
}

function refuse(errorCode: number) {
  return { throttleTimeMs: 0, errorCode, acquisitionLockTimeoutMs: 0, responses: [], nodeEndpoints: [] };
}
