import { assert } from '@sluice/kernel/assert';
import type { GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ClassicGroups } from '../group-parts.ts';
import { forgetGroup, restoreGroup, settleGroup } from './apply-record.ts';
import { ClassicGroup } from './classic-group.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { answer, createDecision, type Decision } from './decision.ts';
import { describeGroup } from './describe.ts';
import type { GroupMetadataRecord } from './group-metadata-record.ts';
import { heartbeat } from './heartbeat.ts';
import { join } from './join.ts';
import { leave } from './leave.ts';
import { prepareRebalance } from './rebalance.ts';
import { sync } from './sync.ts';

/** The classic protocol: members meet in JoinGroup, their leader assigns, SyncGroup brings everybody their part. */
export function createClassicGroups(environment: GroupEnvironment, table: GroupTable): ClassicGroups {
  const scope: ClassicScope = { environment, table };
  let isLoaded = false;

  return {
    join(request, context, now, pending) {
      const decision = createDecision(now);
      join(scope, request, context, decision, pending);
      return decision;
    },
    sync(request, _context, now, pending) {
      const decision = createDecision(now);
      sync(scope, request, decision, pending);
      return decision;
    },
    heartbeat(request, _context, now, pending) {
      const decision = createDecision(now);
      answer(decision, pending, { errorCode: heartbeat(scope, request) });
      return decision;
    },
    leave(request, context, now, pending) {
      const decision = createDecision(now);
      answer(decision, pending, leave(scope, request, context.apiVersion, decision));
      return decision;
    },
    describe(groupId) {
      const group = classicGroupOf(scope, groupId);
      assert(group !== undefined, 'the group is a classic one');
      return describeGroup(group);
    },
    apply: (record, { timestampMs }) => applyRecord(scope, record, timestampMs, isLoaded),
    onLoaded(now) {
      isLoaded = true;
      const decision = createDecision(now);
      for (const group of table.values()) {
        if (group instanceof ClassicGroup) wake(scope, group, decision);
      }
      return decision;
    },
    onUnloaded(errorCode) {
      for (const group of table.values()) {
        if (group instanceof ClassicGroup) failWaiting(group, errorCode);
      }
      environment.heldMetadata.release();
    },
    // What the members read is the leader's business.
    onTopicsChanged: (_deleted, now) => createDecision(now),
  };
}

function applyRecord(scope: ClassicScope, record: GroupMetadataRecord, timestampMs: number, isLoaded: boolean): void {
  const groupId = record.key.group;
  if (record.value === null) {
    forgetGroup(scope, groupId);
    return;
  }
  const live = isLoaded ? classicGroupOf(scope, groupId) : undefined;
  if (live !== undefined) {
    settleGroup(live, record.value, timestampMs);
    return;
  }
  const group = restoreGroup(scope, groupId, record.value);
  scope.table.set(group);
  if (isLoaded) watchSessions(group);
}

/** After a restart all members have a whole session to be heard of; a group that has become too large begins anew. */
function wake(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  watchSessions(group);
  if (group.members.size > scope.environment.settings.classic.groupSizeMax) {
    prepareRebalance(scope, group, 'the group is larger than is allowed now', decision);
  } else if (group.isRebalanceDue) {
    prepareRebalance(scope, group, 'the group was a consumer group', decision);
  }
}

function watchSessions(group: ClassicGroup): void {
  for (const { session, sessionTimeoutMs } of group.members.values()) session.extend(sessionTimeoutMs);
}

function failWaiting(group: ClassicGroup, errorCode: number): void {
  for (const member of group.members.values()) {
    const { awaitingJoin, awaitingSync } = member;
    group.setAwaitingJoin(member, undefined);
    member.awaitingSync = undefined;
    awaitingJoin?.fail(errorCode);
    awaitingSync?.fail(errorCode);
  }
}
