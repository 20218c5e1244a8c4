import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { AlterShareGroupOffsetsResponseInput } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import type { DeleteShareGroupOffsetsResponseInput } from '@sluice/protocol/generated/messages/delete-share-group-offsets-response';
import type { DescribeShareGroupOffsetsRequestGroup } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import type { DescribeShareGroupOffsetsResponseGroupInput } from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/share-group-describe-response';
import type { ShareGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import type { Result } from '../../runtime/coordinator-runtime.ts';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import type { ShareStateStore } from '../../share/share-coordinator.ts';
import { isRefusal, type Refusal } from '../consumer/refusal.ts';
import { toGroupError } from '../coordinator-error.ts';
import type { TopicsView } from '../group-environment.ts';
import type { GroupStep } from '../group-parts.ts';
import { inSlices } from '../in-slices.ts';
import { createBeginners } from './beginners.ts';
import { checkShareHeartbeat } from './check-share-heartbeat.ts';
import { undescribedShareGroup } from './describe.ts';
import { describeShareOffsets, type EndOffsetOf } from './describe-share-offsets.ts';
import type { ShareHeartbeatAnswer } from './heartbeat.ts';
import type { ToInitialize } from './initialize-partitions.ts';
import type { TopicPartitionSet, TopicPartitionSets } from './initialized-partitions.ts';
import type { ShareGroupCoordinator } from './share-group-coordinator.ts';
import type { ShareGroups } from './share-groups.ts';
import type { AlteredOffsets, DeletedOffsets, ToForget } from './share-offsets.ts';

export interface ShareGroupCoordinatorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly topics: TopicsView;
  /** Where the state of their partitions is. */
  readonly store: ShareStateStore;
  readonly endOffsetOf: EndOffsetOf;
  has(groupId: string): boolean;
  /** Asks the share groups of the shard that has the group. */
  run<T>(
    groupId: string,
    decide: (groups: ShareGroups, now: TimestampMs, pending: Pending<T>) => GroupStep,
  ): Promise<Result<T>>;
}

/** What share groups do in several steps: some in the group's shard, others where the state of partitions is. */
export function createShareGroupCoordinator(options: ShareGroupCoordinatorOptions): ShareGroupCoordinator {
  const { clock, logger, topics, store, run } = options;
  const beginners = createBeginners((groupId) => {
    void run<undefined>(groupId, (groups, _now, pending) => groups.beginningLost(groupId, pending));
  });

  /** What could not be is a refusal like any other. */
  async function ask<T extends object>(
    groupId: string,
    decide: (groups: ShareGroups, now: TimestampMs, pending: Pending<T | Refusal>) => GroupStep,
  ): Promise<T | Failure> {
    const result = await run<T | Refusal>(groupId, decide);
    if ('errorCode' in result) return new Failure(toGroupError(result.errorCode), null);
    const { response } = result;
    return isRefusal(response) ? new Failure(response.errorCode, response.message) : response;
  }

  /** Begins share state, and lets the group know; answers with the error codes of what could not be begun. */
  async function initialize(groupId: string, wanted: readonly ToInitialize[]): Promise<ReadonlyMap<string, number>> {
    if (wanted.length === 0) return new Map();
    const errors = new Map<string, number>();
    await inSlices(wanted, clock, async ({ topicId, partition, stateEpoch, startOffset }) => {
      const result = await store.initialize({ groupId, topicId, partition }, stateEpoch, startOffset);
      if ('errorCode' in result) errors.set(partitionName(topicId, partition), result.errorCode);
    });
    const hasFailed = ({ topicId, partition }: ToInitialize) => errors.has(partitionName(topicId, partition));
    const done = toSets(wanted.filter((each) => !hasFailed(each)));
    const failed = toSets(wanted.filter(hasFailed));
    const told = await run<undefined>(groupId, (groups, _now, pending) =>
      groups.initialized(groupId, done, failed, pending),
    );
    if (errors.size > 0 || 'errorCode' in told) {
      const [errorCode] = errors.values();
      logger.warn('share state of partitions could not be begun', { groupId, count: errors.size, errorCode });
    }
    return errors;
  }

  function toSets(partitions: readonly ToInitialize[]): TopicPartitionSets {
    const sets = new Map<Uuid, TopicPartitionSet>();
    for (const [topicId, each] of Map.groupBy(partitions, (one) => one.topicId)) {
      const topicName = topics.byId(topicId)?.name ?? '';
      const numbers = new Set(each.map(({ partition }) => partition));
      sets.set(topicId, { topicName, partitions: numbers, timestampMs: clock.now() });
    }
    return sets;
  }

  /** An error code by topic: that of the first partition that could not be forgotten. */
  async function forget(groupId: string, wanted: readonly ToForget[]): Promise<ReadonlyMap<Uuid, number>> {
    const errors = new Map<Uuid, number>();
    const partitions = wanted.flatMap(({ topicId, partitions: each }) =>
      each.map((partition) => ({ topicId, partition })),
    );
    await inSlices(partitions, clock, async ({ topicId, partition }) => {
      const result = await store.delete({ groupId, topicId, partition });
      if ('errorCode' in result && !errors.has(topicId)) errors.set(topicId, result.errorCode);
    });
    return errors;
  }

  async function describeOffsetsOf({
    groupId,
    topics: asked,
  }: DescribeShareGroupOffsetsRequestGroup): Promise<DescribeShareGroupOffsetsResponseGroupInput> {
    const existing = asked?.filter(({ topicName }) => topics.byName(topicName) !== undefined) ?? [];
    // Kafka fails over what it would have to look for.
    if (existing.some(({ partitions }) => groupId === '' || partitions.length === 0)) {
      const errorMessage = 'The group has no name, or a topic no partitions.';
      return { groupId, topics: [], errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage };
    }
    let wanted = asked;
    if (wanted === null) {
      const result = await run<TopicPartitionSets>(groupId, (groups, _now, pending) =>
        groups.initializedPartitions(groupId, pending),
      );
      if ('errorCode' in result) return { groupId, topics: [], errorCode: toGroupError(result.errorCode) };
      wanted = [...result.response].flatMap(([topicId, { partitions }]) => {
        const topicName = topics.byId(topicId)?.name;
        return topicName === undefined ? [] : [{ topicName, partitions: [...partitions] }];
      });
    }
    return { groupId, topics: await describeShareOffsets(options, groupId, wanted), errorCode: ErrorCode.NONE };
  }

  return {
    has: options.has,
    async heartbeat(request, context) {
      const fault = checkShareHeartbeat(request);
      if (fault !== undefined) return heartbeatFailed(fault.errorCode, fault.errorMessage);
      const { groupId } = request;
      beginners.enter(groupId);
      const answer = await ask<ShareHeartbeatAnswer>(groupId, (groups, now, pending) =>
        groups.heartbeatOfShareMember(request, context, now, pending),
      );
      if (answer instanceof Failure) {
        // It may be decided all the same, and written later.
        beginners.leave(groupId, answer.errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE);
        return heartbeatFailed(answer.errorCode, answer.message);
      }
      const { response, toInitialize } = answer;
      // The member learns of it with a later heartbeat.
      if (toInitialize.length === 0) beginners.leave(groupId, false);
      else void initialize(groupId, toInitialize).then(() => beginners.leave(groupId, false));
      return response;
    },
    async describe(groupIds) {
      const describeOne = async (groupId: string): Promise<DescribedGroupInput> => {
        if (groupId === '') return undescribedShareGroup('', ErrorCode.INVALID_GROUP_ID);
        const result = await run<DescribedGroupInput>(groupId, (groups, _now, pending) =>
          groups.describe(groupId, pending),
        );
        return 'response' in result ? result.response : undescribedShareGroup(groupId, toGroupError(result.errorCode));
      };
      return { throttleTimeMs: 0, groups: await inSlices(groupIds, clock, describeOne) };
    },
    async describeOffsets({ groups }) {
      return { throttleTimeMs: 0, groups: await inSlices(groups, clock, describeOffsetsOf) };
    },
    async alterOffsets(request) {
      const { groupId } = request;
      if (groupId === '') return alterFailed(ErrorCode.INVALID_GROUP_ID, NO_NAME);
      beginners.enter(groupId);
      const altered = await ask<AlteredOffsets>(groupId, (groups, now, pending) =>
        groups.alterOffsets(request, now, pending),
      );
      const errors = altered instanceof Failure ? new Map() : await initialize(groupId, altered.toInitialize);
      beginners.leave(groupId, false);
      if (altered instanceof Failure) return alterFailed(altered.errorCode, altered.message);
      const responses = altered.responses.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map((partition) => {
          const errorCode = errors.get(partitionName(topic.topicId, partition.partitionIndex));
          if (errorCode === undefined || partition.errorCode !== ErrorCode.NONE) return partition;
          return { ...partition, errorCode, errorMessage: 'The offset could not be kept.' };
        }),
      }));
      return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, responses };
    },
    async deleteOffsets(request) {
      const { groupId } = request;
      if (groupId === '') return deleteFailed(ErrorCode.INVALID_GROUP_ID, NO_NAME);
      const deleted = await ask<DeletedOffsets>(groupId, (groups, _now, pending) =>
        groups.deleteOffsets(request, pending),
      );
      if (deleted instanceof Failure) return deleteFailed(deleted.errorCode, deleted.message);
      const errors = await forget(groupId, deleted.toForget);
      const gone = deleted.toForget.filter(({ topicId }) => !errors.has(topicId));
      if (gone.length > 0) {
        const topicIds = new Set(gone.map(({ topicId }) => topicId));
        const told = await run<undefined>(groupId, (groups, _now, pending) =>
          groups.forgotten(groupId, topicIds, pending),
        );
        if ('errorCode' in told) return deleteFailed(toGroupError(told.errorCode), null);
      }
      const responses = deleted.toForget.map(({ topicId, topicName }) => ({
        topicName,
        topicId,
        errorCode: errors.get(topicId) ?? ErrorCode.NONE,
        errorMessage: errors.has(topicId) ? 'The offsets could not be forgotten.' : null,
      }));
      return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, responses: [...responses, ...deleted.refused] };
    },
    async forgetGroup(groupId) {
      const result = await run<{ errorCode: number; toForget: readonly ToForget[] }>(groupId, (groups, _now, pending) =>
        groups.forgetGroup(groupId, pending),
      );
      if ('errorCode' in result) return toGroupError(result.errorCode);
      const { errorCode, toForget } = result.response;
      if (errorCode !== ErrorCode.NONE) return errorCode;
      const [error] = (await forget(groupId, toForget)).values();
      return error ?? ErrorCode.NONE;
    },
  };
}

const NO_NAME = 'The group has no name.';

class Failure {
  readonly errorCode: number;
  readonly message: string | null;
  constructor(errorCode: number, message: string | null) {
    this.errorCode = errorCode;
    this.message = message;
  }
}

function partitionName(topicId: Uuid, partition: number): string {
  return `${topicId}:${partition}`;
}

function heartbeatFailed(errorCode: number, errorMessage: string | null): ShareGroupHeartbeatResponseInput {
  return { throttleTimeMs: 0, errorCode, errorMessage, memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0 };
}

function alterFailed(errorCode: number, errorMessage: string | null): AlterShareGroupOffsetsResponseInput {
  return { throttleTimeMs: 0, errorCode, errorMessage, responses: [] };
}

function deleteFailed(errorCode: number, errorMessage: string | null): DeleteShareGroupOffsetsResponseInput {
  return { throttleTimeMs: 0, errorCode, errorMessage, responses: [] };
}
