import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { GroupRecord } from '@sluice/coordinator/group/group-record';
import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import type { Pending } from '@sluice/coordinator/runtime/coordinator-shard';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import { type Claim, mayCommit, mayHeartbeat } from './claims.ts';
import { applyToView, createGroupView, type GroupView, groupOf } from './group-view.ts';
import { keyOf, keysOf } from './partition-key.ts';
import { createTargetMemory, type TargetMemory } from './target-memory.ts';
import { targetFault } from './target-rules.ts';

/** Stands around the shard of a consumer group and holds what it does against what its own records say. */
export interface ShardWatch {
  /** Around each shard that is made: after a restart a new one, which its records fill. */
  watch(shard: GroupShard): GroupShard;
  view(groupId: string): GroupView | undefined;
  /** Rises with every record. */
  readonly changeCount: number;
}

export type Check = (holds: boolean, violation: () => string) => void;

export interface ShardChecks {
  /** Requests with epochs that are over. */
  readonly stale: Check;
  /** Targets, as they are computed. */
  readonly target: Check;
}

export function createShardWatch(topics: TopicsView, checks: ShardChecks): ShardWatch {
  let views = new Map<string, GroupView>();
  let changeCount = 0;

  function viewOf(groupId: string): GroupView {
    let view = views.get(groupId);
    if (view === undefined) {
      view = createGroupView();
      views.set(groupId, view);
    }
    return view;
  }

  function watch(shard: GroupShard): GroupShard {
    views = new Map();
    const memories = new Map<string, TargetMemory>();
    const upgraded = new Set<string>();
    let isLive = false;

    function observe(record: GroupRecord): void {
      changeCount++;
      const groupId = groupOf(record);
      const view = viewOf(groupId);
      const memory = memories.get(groupId) ?? createTargetMemory();
      memories.set(groupId, memory);
      memory.see(record, view);
      if (record.type === 'group-metadata' && record.value === null) upgraded.add(groupId);
      applyToView(view, record);
      if (record.type !== 'consumer-group-target-assignment-metadata' || record.value === null) return;
      // What a group of the classic protocol brought along was no assignor's.
      const isBroughtAlong = upgraded.delete(groupId);
      if (isLive && !isBroughtAlong) {
        const fault = targetFault(view, memory.before, topics);
        checks.target(fault === undefined, () => `${groupId} at ${record.value?.assignmentEpoch}: ${fault}`);
      }
      memory.remember(view);
    }

    return {
      ...shard,
      apply(record, context) {
        shard.apply(record, context);
        observe(record);
      },
      onLoaded(now) {
        isLive = true;
        return shard.onLoaded(now);
      },
      heartbeatOfConsumer(request, context, now, pending) {
        const { groupId, memberId, memberEpoch: epoch, topicPartitions } = request;
        const owned = topicPartitions === null ? null : keysOf(topicPartitions);
        const isAdmissible = mayHeartbeat(views.get(groupId), { memberId, epoch }, owned);
        const look = ({ errorCode }: ConsumerGroupHeartbeatResponseInput) => {
          const holds = isAdmissible || errorCode !== ErrorCode.NONE;
          checks.stale(holds, () => `a heartbeat of ${memberId} at epoch ${epoch} passed`);
        };
        return shard.heartbeatOfConsumer(request, context, now, onAnswer(pending, look));
      },
      sync(request, context, now, pending) {
        const { groupId, memberId, generationId } = request;
        const member = views.get(groupId)?.members.get(memberId);
        const isAdmissible = member === undefined || member.epoch === generationId;
        const look = ({ errorCode = ErrorCode.NONE }: SyncGroupResponseInput) => {
          const holds = isAdmissible || errorCode !== ErrorCode.NONE;
          checks.stale(holds, () => `a SyncGroup of ${memberId} at epoch ${generationId} passed`);
        };
        return shard.sync(request, context, now, onAnswer(pending, look));
      },
      commitOffsets(request, context, now, pending) {
        const { groupId, memberId, generationIdOrMemberEpoch: epoch } = request;
        const view = views.get(groupId);
        const mayPass =
          view === undefined || view.members.size === 0 || mayCommitAll(view, { memberId, epoch }, request);
        const look = ({ topics: answers }: OffsetCommitResponseInput) => {
          const hasPassed = answers.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode === 0));
          checks.stale(mayPass || !hasPassed, () => `a commit of ${memberId} at epoch ${epoch} passed`);
        };
        return shard.commitOffsets(request, context, now, onAnswer(pending, look));
      },
    };
  }

  function mayCommitAll(view: GroupView, claim: Claim, request: OffsetCommitRequest): boolean {
    return request.topics.every(({ name, partitions }) => {
      const topicId = topics.byName(name)?.id ?? '';
      return partitions.every(({ partitionIndex }) => mayCommit(view, claim, keyOf(topicId, partitionIndex)));
    });
  }

  return {
    watch,
    view: (groupId) => views.get(groupId),
    get changeCount() {
      return changeCount;
    },
  };
}

function onAnswer<T>(pending: Pending<T>, look: (response: T) => void): Pending<T> {
  return {
    answer(response) {
      look(response);
      pending.answer(response);
    },
    fail: (errorCode) => pending.fail(errorCode),
  };
}
