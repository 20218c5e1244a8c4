import { assert } from '@sluice/kernel/assert';
import { NOTHING, type Pending, replyTo, type Step } from '../../runtime/coordinator-shard.ts';
import { ASSIGNORS } from '../assignors/assignors.ts';
import { consumerHeartbeatFailed, joinFailed, leaveFailed, syncFailed } from '../failed-responses.ts';
import type { GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ConsumerGroups } from '../group-parts.ts';
import type { GroupRecord } from '../group-record.ts';
import { applyToTable } from './apply-record.ts';
import type { MemberDecision } from './change-member.ts';
import { joinAsClassic } from './classic-join.ts';
import { heartbeatAsClassic, leaveAsClassic, syncAsClassic } from './classic-requests.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { EPOCH_OF_ABSENT_STATIC_MEMBER, EPOCH_OF_LEAVING_MEMBER } from './consumer-group-member.ts';
import { asConsumerGroup, type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { describe } from './describe.ts';
import { whenAllCame } from './gather-members.ts';
import { beginHeartbeat, move, moveLater } from './heartbeat.ts';
import { leave } from './leave.ts';
import { extendSession, watchRevocation } from './member-sessions.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { isTargetDue } from './target-assignment.ts';
import { createTopicHashes } from './topic-hashes.ts';

/**
 * The groups of KIP-848 in one shard. Nobody waits for anybody here: members learn with a later heartbeat what others
 * changed. Only a heartbeat that calls for a new target is answered a moment later, so that those which come together
 * share one.
 */
export function createConsumerGroups(environment: GroupEnvironment, table: GroupTable): ConsumerGroups {
  const { topics, settings } = environment;
  const scope: ConsumerScope = {
    environment,
    table,
    topicHashes: createTopicHashes(topics),
    assignors: ASSIGNORS,
  };

  /** Requests that name a group come here only if it is here. */
  function known(groupId: string): ConsumerGroup {
    const group = consumerGroupOf(scope, groupId);
    assert(group !== undefined, 'the group is a consumer group');
    return group;
  }

  return {
    heartbeatOfConsumer(request, context, now, pending) {
      const { memberEpoch } = request;
      if (memberEpoch === EPOCH_OF_LEAVING_MEMBER || memberEpoch === EPOCH_OF_ABSENT_STATIC_MEMBER) {
        return decide(pending, heartbeatRefused, (decision) => leave(scope, request, now, decision));
      }
      const decision: MemberDecision = { records: [], replies: [] };
      const begun = beginHeartbeat(scope, request, context, now, decision);
      if (!isRefusal(begun) && isTargetDue(scope, begun.group, begun.change.groupEpoch, now)) {
        whenAllCame(scope, begun, now, pending, (later) =>
          decide(pending, heartbeatRefused, (next) => moveLater(scope, begun, later, next)),
        );
        return decision;
      }
      return end(pending, heartbeatRefused, decision, isRefusal(begun) ? begun : move(scope, begun, now, decision));
    },
    join(request, context, now, pending) {
      const { apiVersion } = context;
      const failed = ({ errorCode }: Refusal) => joinFailed(errorCode, '', apiVersion);
      return decide(pending, failed, (decision) =>
        joinAsClassic(scope, known(request.groupId), request, context, now, decision),
      );
    },
    sync: (request, _context, _now, pending) =>
      decide(pending, syncRefused, () => syncAsClassic(scope, known(request.groupId), request)),
    heartbeat(request, _context, _now, pending) {
      const errorCode = heartbeatAsClassic(scope, known(request.groupId), request);
      return { records: [], replies: [replyTo(pending, { errorCode })] };
    },
    leave: (request, { apiVersion }, now, pending) =>
      decide(pending, leaveRefused, (decision) =>
        leaveAsClassic(scope, known(request.groupId), request, apiVersion, now, decision),
      ),
    apply: (record) => applyToTable(table, topics, record),
    describe: (groupId) => describe(scope, known(groupId)),
    onLoaded() {
      for (const each of table.values()) {
        const group = asConsumerGroup(each);
        if (group === undefined) continue;
        for (const member of group.members.values()) {
          extendSession(scope, group, member.memberId, settings.consumer.sessionTimeoutMs(group.groupId));
          watchRevocation(scope, group.groupId, member);
        }
      }
      return NOTHING;
    },
    // Nobody waits, and a shard's timers end with it.
    onUnloaded: () => undefined,
    // The next heartbeat sees that the topics' version has changed.
    onTopicsChanged: () => NOTHING,
  };
}

/** What is refused leaves no trace in the log. */
function decide<T extends object>(
  pending: Pending<T>,
  refused: (refusal: Refusal) => T,
  make: (decision: MemberDecision) => T | Refusal,
): Step<GroupRecord> {
  const decision: MemberDecision = { records: [], replies: [] };
  return end(pending, refused, decision, make(decision));
}

function end<T extends object>(
  pending: Pending<T>,
  refused: (refusal: Refusal) => T,
  { records, replies }: MemberDecision,
  response: T | Refusal,
): Step<GroupRecord> {
  if (isRefusal(response)) return { records: [], replies: [...replies, replyTo(pending, refused(response))] };
  return { records, replies: [...replies, replyTo(pending, response)] };
}

const heartbeatRefused = ({ errorCode, message }: Refusal) => consumerHeartbeatFailed(errorCode, message);
const syncRefused = ({ errorCode }: Refusal) => syncFailed(errorCode);
const leaveRefused = ({ errorCode }: Refusal) => leaveFailed(errorCode);
