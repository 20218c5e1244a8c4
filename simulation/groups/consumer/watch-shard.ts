import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { GroupRecord } from '@sluice/coordinator/group/group-record';
import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import type { Pending } from '@sluice/coordinator/runtime/coordinator-shard';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { mayCommit, mayHeartbeat } from './claims.ts';
import { applyToView, createGroupView, type GroupView, groupOf } from './group-view.ts';
import { keysOf, type PartitionKey } from './partition-key.ts';
import { type Targets, targetFault, targetsByMember } from './target-rules.ts';

/** Stands around the shard of a consumer group and holds what it does against what its own records say. */
export interface ShardWatch {
  /** Around each shard that is made: after a restart a new one, which its records fill. */
  watch(shard: GroupShard): GroupShard;
  view(groupId: string): GroupView | undefined;
  /** Rises with every record. */
  readonly changeCount: number;
}

export function createShardWatch(topics: TopicsView, onFault: (fault: string) => void): ShardWatch {
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
    const lastTargets = new Map<string, Targets>();
    let isLive = false;

    function observe(record: GroupRecord): void {
      changeCount++;
      const groupId = groupOf(record);
      const view = viewOf(groupId);
      applyToView(view, record);
      if (record.type !== 'consumer-group-target-assignment-metadata' || record.value === null) return;
      const fault = isLive ? targetFault(view, lastTargets.get(groupId) ?? new Map(), topics) : undefined;
      if (fault !== undefined) onFault(`${groupId}: ${fault}`);
      lastTargets.set(groupId, targetsByMember(view));
    }

    return {
      ...shard,
      apply(record, context) {
        shard.apply(record, context);
        observe(record);
      },
      onLoaded(now) {
        for (const [groupId, view] of views) lastTargets.set(groupId, targetsByMember(view));
        isLive = true;
        return shard.onLoaded(now);
      },
      heartbeatOfConsumer(request, context, now, pending) {
        const { groupId, memberId, memberEpoch: epoch, topicPartitions } = request;
        const owned = topicPartitions === null ? null : keysOf(topicPartitions);
        const isAdmissible = mayHeartbeat(views.get(groupId), { memberId, epoch }, owned);
        const step = shard.heartbeatOfConsumer(
          request,
          context,
          now,
          onAnswer(pending, ({ errorCode }) => {
            if (isAdmissible || errorCode !== ErrorCode.NONE) return;
            onFault(`a heartbeat of ${memberId} at epoch ${epoch} passed`);
          }),
        );
        return step;
      },
      commitOffsets(request, context, now, pending) {
        const { groupId, memberId, generationIdOrMemberEpoch: epoch } = request;
        const view = views.get(groupId);
        const inadmissible = new Set<PartitionKey>();
        for (const { topicId, partitions } of request.topics) {
          for (const { partitionIndex } of partitions) {
            const key: PartitionKey = `${topicId}/${partitionIndex}`;
            if (!mayCommit(view, { memberId, epoch }, key)) inadmissible.add(key);
          }
        }
        const isOfConsumers = view !== undefined && view.members.size > 0;
        return shard.commitOffsets(
          request,
          context,
          now,
          onAnswer(pending, (response) => {
            if (!isOfConsumers || inadmissible.size === 0) return;
            for (const { topicId = '', partitions } of response.topics) {
              for (const { partitionIndex, errorCode } of partitions) {
                if (errorCode !== ErrorCode.NONE || !inadmissible.has(`${topicId}/${partitionIndex}`)) continue;
                onFault(`a commit of ${memberId} at epoch ${epoch} passed`);
              }
            }
          }),
        );
      },
    };
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
