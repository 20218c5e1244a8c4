import { ErrorCode } from '@sluice/protocol/generated/errors';
import { NOTHING, replyTo } from '../runtime/coordinator-shard.ts';
import { undescribedConsumerGroup } from './describe-group.ts';
import { consumerHeartbeatFailed, joinFailed, leaveFailed, syncFailed } from './failed-responses.ts';
import type { ConsumerGroups } from './group-parts.ts';

/** In place of the groups of KIP-848: there are none. */
export const noConsumerGroups: ConsumerGroups = {
  join: (_request, { apiVersion }, _now, pending) => ({
    records: [],
    replies: [replyTo(pending, joinFailed(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, '', apiVersion))],
  }),
  sync: (_request, _context, _now, pending) => ({
    records: [],
    replies: [replyTo(pending, syncFailed(ErrorCode.UNKNOWN_MEMBER_ID))],
  }),
  heartbeat: (_request, _context, _now, pending) => ({
    records: [],
    replies: [replyTo(pending, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID })],
  }),
  leave: (_request, _context, _now, pending) => ({
    records: [],
    replies: [replyTo(pending, leaveFailed(ErrorCode.UNKNOWN_MEMBER_ID))],
  }),
  heartbeatOfConsumer: (_request, _context, _now, pending) => ({
    records: [],
    replies: [replyTo(pending, consumerHeartbeatFailed(ErrorCode.UNSUPPORTED_VERSION))],
  }),
  describe: (groupId) => undescribedConsumerGroup(groupId, ErrorCode.GROUP_ID_NOT_FOUND),
  apply() {},
  onLoaded: () => NOTHING,
  onUnloaded() {},
  onTopicsChanged: () => NOTHING,
};
