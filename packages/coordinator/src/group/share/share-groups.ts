import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { AlterShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import type { DeleteShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/delete-share-group-offsets-request';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/share-group-describe-response';
import type { ShareGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import { type ApplyContext, NOTHING, type Pending, replyTo } from '../../runtime/coordinator-shard.ts';
import { unknownMember } from '../consumer/find-member.ts';
import { isRefusal, type Refusal } from '../consumer/refusal.ts';
import { createTopicHashes } from '../consumer/topic-hashes.ts';
import type { GroupTable } from '../group.ts';
import type { GroupEnvironment, RequestContext } from '../group-environment.ts';
import type { GroupStep, ShardPart } from '../group-parts.ts';
import type { GroupRecord, ShareGroupRecord } from '../group-record.ts';
import { applyToTable, asShareGroup } from './apply-record.ts';
import { describeShareGroup, undescribedShareGroup } from './describe.ts';
import { extendShareSession, fenceShareMember } from './fence-share-member.ts';
import { findShareGroup } from './find-share-group.ts';
import { type ShareHeartbeatAnswer, shareHeartbeat } from './heartbeat.ts';
import {
  begun,
  forgotten,
  type InitializedPartitions,
  notBegun,
  type TopicPartitionSets,
  withoutTopics,
} from './initialized-partitions.ts';
import { initializedRecord } from './share-group-records.ts';
import {
  type AlteredOffsets,
  alterShareOffsets,
  type DeletedOffsets,
  deleteShareOffsets,
  forgetShareGroup,
  type ToForget,
} from './share-offsets.ts';
import type { ShareScope } from './share-scope.ts';

const LEAVING_EPOCH = -1;

/** The share groups of one shard. Decisions that need `__share_group_state` say what is to be asked there; their answers come back as steps of their own. */
export interface ShareGroups extends ShardPart {
  heartbeatOfShareMember(
    request: ShareGroupHeartbeatRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<ShareHeartbeatAnswer | Refusal>,
  ): GroupStep;
  describe(groupId: string, pending: Pending<DescribedGroupInput>): GroupStep;
  /** Partitions that have share state, for DescribeShareGroupOffsets of all that there is. */
  initializedPartitions(groupId: string, pending: Pending<TopicPartitionSets>): GroupStep;
  alterOffsets(
    request: AlterShareGroupOffsetsRequest,
    now: TimestampMs,
    pending: Pending<AlteredOffsets | Refusal>,
  ): GroupStep;
  deleteOffsets(request: DeleteShareGroupOffsetsRequest, pending: Pending<DeletedOffsets | Refusal>): GroupStep;
  forgetGroup(
    groupId: string,
    pending: Pending<{ readonly errorCode: number; readonly toForget: readonly ToForget[] }>,
  ): GroupStep;
  /** What was asked for in `__share_group_state` is begun, or could not be. */
  initialized(
    groupId: string,
    done: TopicPartitionSets,
    failed: TopicPartitionSets,
    pending: Pending<undefined>,
  ): GroupStep;
  /** Nobody asks for what the group's record says is being begun: the next heartbeat may. */
  beginningLost(groupId: string, pending: Pending<undefined>): GroupStep;
  forgotten(groupId: string, topicIds: ReadonlySet<Uuid>, pending: Pending<undefined>): GroupStep;
  has(groupId: string): boolean;
  apply(record: ShareGroupRecord, context: ApplyContext): void;
}

export function createShareGroups(environment: GroupEnvironment, table: GroupTable): ShareGroups {
  const { topics } = environment;
  const scope: ShareScope = { environment, table, topicHashes: createTopicHashes(topics) };

  let isLoaded = false;

  function* shareGroups() {
    for (const each of table.values()) {
      const group = asShareGroup(each);
      if (group !== undefined) yield group;
    }
  }

  /** What is refused leaves no trace in the log. */
  function decide<T extends object>(
    pending: Pending<T | Refusal>,
    make: (records: GroupRecord[]) => T | Refusal,
  ): GroupStep {
    const records: GroupRecord[] = [];
    const answer = make(records);
    return { records: isRefusal(answer) ? [] : records, replies: [replyTo(pending, answer)] };
  }

  function change(
    groupId: string,
    pending: Pending<undefined>,
    changed: (info: InitializedPartitions) => InitializedPartitions,
  ): GroupStep {
    const group = asShareGroup(table.get(groupId));
    // Deleted meanwhile.
    if (group === undefined) return { records: [], replies: [replyTo(pending, undefined)] };
    const records = [initializedRecord(groupId, changed(group.initializedPartitions))];
    return { records, replies: [replyTo(pending, undefined)] };
  }

  function leave(
    { groupId, memberId, memberEpoch }: ShareGroupHeartbeatRequest,
    pending: Pending<ShareHeartbeatAnswer | Refusal>,
  ): GroupStep {
    const group = findShareGroup(table, groupId, false);
    if (isRefusal(group)) return { records: [], replies: [replyTo(pending, group)] };
    const member = group.members.get(memberId);
    if (member === undefined) return { records: [], replies: [replyTo(pending, unknownMember(groupId, memberId))] };
    const { records, replies } = fenceShareMember(scope, group, member);
    const response = { throttleTimeMs: 0, errorCode: 0, memberId, memberEpoch, heartbeatIntervalMs: 0 };
    return { records, replies: [...replies, replyTo(pending, { response, toInitialize: [] })] };
  }

  return {
    heartbeatOfShareMember(request, context, now, pending) {
      if (request.memberEpoch === LEAVING_EPOCH) return leave(request, pending);
      return decide(pending, (records) => shareHeartbeat(scope, request, context, now, records));
    },
    describe(groupId, pending) {
      const group = findShareGroup(table, groupId, false);
      const described = isRefusal(group)
        ? undescribedShareGroup(groupId, group.errorCode, group.message)
        : describeShareGroup(topics, group);
      return { records: [], replies: [replyTo(pending, described)] };
    },
    initializedPartitions(groupId, pending) {
      const group = asShareGroup(table.get(groupId));
      return { records: [], replies: [replyTo(pending, group?.initializedPartitions.initialized ?? new Map())] };
    },
    alterOffsets: (request, now, pending) =>
      decide(pending, (records) => alterShareOffsets(scope, request, now, records)),
    deleteOffsets: (request, pending) => decide(pending, (records) => deleteShareOffsets(scope, request, records)),
    forgetGroup(groupId, pending) {
      const records: GroupRecord[] = [];
      const answer = forgetShareGroup(scope, groupId, records);
      return { records, replies: [replyTo(pending, answer)] };
    },
    initialized: (groupId, done, failed, pending) =>
      change(groupId, pending, (info) => begun(notBegun(info, failed), done)),
    beginningLost(groupId, pending) {
      const group = asShareGroup(table.get(groupId));
      if (group !== undefined) group.isBeginningLost = true;
      return { records: [], replies: [replyTo(pending, undefined)] };
    },
    forgotten: (groupId, topicIds, pending) => change(groupId, pending, (info) => forgotten(info, topicIds)),
    has: (groupId) => isLoaded && asShareGroup(table.get(groupId)) !== undefined,
    apply: (record, { timestampMs }) => applyToTable(table, record, timestampMs),
    onLoaded() {
      isLoaded = true;
      for (const group of shareGroups()) {
        for (const memberId of group.members.keys()) extendShareSession(scope, group, memberId);
      }
      return NOTHING;
    },
    // Nobody waits, and a shard's timers end with it.
    onUnloaded() {
      isLoaded = false;
    },
    /** Names say nothing of a topic that was made again: what the group knows is by id. */
    onTopicsChanged(deleted) {
      if (deleted.length === 0) return NOTHING;
      const records: GroupRecord[] = [];
      for (const group of shareGroups()) {
        if (group.initialized === undefined) continue;
        const left = withoutTopics(group.initialized, goneTopics(group.initialized));
        if (left !== group.initialized) records.push(initializedRecord(group.groupId, left));
      }
      return { records, replies: [], isAtomic: false };
    },
  };

  function goneTopics({ initialized, initializing, deleting }: InitializedPartitions): ReadonlySet<Uuid> {
    const gone = new Set<Uuid>();
    for (const topicId of [...initialized.keys(), ...initializing.keys(), ...deleting.keys()]) {
      if (topics.byId(topicId) === undefined) gone.add(topicId);
    }
    return gone;
  }
}
