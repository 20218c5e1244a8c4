import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { DescribedGroupInput as DescribedConsumerGroupInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { ListedGroupInput } from '@sluice/protocol/generated/messages/list-groups-response';
import type { Pending, PutOff, ShardTimers } from '../runtime/coordinator-shard.ts';
import { createCoordinatorRuntime } from '../runtime/create-runtime.ts';
import { checkConsumerHeartbeat } from './check-consumer-heartbeat.ts';
import { toGroupError, toOffsetFetchError } from './coordinator-error.ts';
import { undescribedConsumerGroup, undescribedGroup } from './describe-group.ts';
import {
  consumerHeartbeatFailed,
  joinFailed,
  leaveFailed,
  offsetCommitFailed,
  offsetDeleteFailed,
  syncFailed,
} from './failed-responses.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { GroupEnvironment, GroupSettings, TopicsView } from './group-environment.ts';
import { partitionOfGroup } from './group-partition.ts';
import type { GroupStep } from './group-parts.ts';
import type { GroupRecord } from './group-record.ts';
import { groupRecordSerde } from './group-record-serde.ts';
import type { GroupShard } from './group-shard.ts';
import { createHeldMetadata } from './held-metadata.ts';
import { inSlices } from './in-slices.ts';
import { fetchFailure } from './offsets/fetch-offsets.ts';
import { txnCommitFailure } from './offsets/txn-commit.ts';
import { withOwnAssignments, withOwnMetadata } from './own-blobs.ts';
import { createShareGroupCoordinator } from './share/create-share-group-coordinator.ts';
import type { ShareGroups } from './share/share-groups.ts';
import { NO_SHARE_STATE, type ShareGroupServices } from './share/share-services.ts';

export const GROUP_METADATA_TOPIC = '__consumer_offsets';

export interface GroupCoordinatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly topics: TopicsView;
  readonly settings: GroupSettings;
  /** Puts the parts of one shard together. */
  createShard(environment: GroupEnvironment): GroupShard;
  /** Where share groups keep what they know of partitions; without it they never get one. */
  readonly shareState?: ShareGroupServices | undefined;
  /** Of `__consumer_offsets`. */
  partitionCount(): number;
  /** `max.message.bytes` of `__consumer_offsets`. */
  batchSizeBytesMax(): number;
  /** `offsets.topic.compression.codec` */
  codec(): Codec;
}

/** All groups of the partitions of `__consumer_offsets` that this broker leads. */
export function createGroupCoordinator(options: GroupCoordinatorOptions): GroupCoordinator {
  const { clock, random, logger, topics, settings } = options;
  const heldMetadata = createHeldMetadata(logger);
  /** Of the partitions of `__consumer_offsets` that this broker leads, or has led. */
  const shareGroups = new Map<number, ShareGroups>();
  const runtime = createCoordinatorRuntime<GroupShard, GroupRecord>({
    ...options,
    topic: GROUP_METADATA_TOPIC,
    createShard: (partition: number, timers: ShardTimers<GroupRecord>, putOff: PutOff<GroupRecord>) => {
      const shard = options.createShard({
        topics,
        settings,
        timers,
        putOff,
        heldMetadata: heldMetadata.ofShard(),
        random,
        logger: logger.with({ partition }),
      });
      shareGroups.set(partition, shard.share);
      return shard;
    },
    serde: groupRecordSerde,
    // Of every write of a group, as in Kafka.
    commitTimeoutMs: () => settings.offsets.commitTimeoutMs,
  });
  const partitionOf = (groupId: string) => partitionOfGroup(groupId, options.partitionCount());

  /**
   * Asks the group's shard; `failed` makes a response of the reason why there is none. Not `async`, nor are those who ask for
   * every member and heartbeat: each promise in between would be garbage of its own.
   */
  function ask<T>(
    groupId: string,
    decide: (shard: GroupShard, now: TimestampMs, pending: Pending<T>) => GroupStep,
    failed: (errorCode: number) => T,
  ): Promise<T> {
    const answered = runtime.run(partitionOf(groupId), decide);
    return answered.then((result) => ('response' in result ? result.response : failed(result.errorCode)));
  }

  const share = createShareGroupCoordinator({
    clock,
    logger,
    topics,
    ...(options.shareState ?? NO_SHARE_STATE),
    has: (groupId) => shareGroups.get(partitionOf(groupId))?.has(groupId) ?? false,
    run: (groupId, decide) =>
      runtime.run(partitionOf(groupId), (shard, now, pending) => decide(shard.share, now, pending)),
  });

  return {
    partitionOf,
    share,
    join(request, context) {
      const { groupId, sessionTimeoutMs, memberId } = request;
      if (groupId === '') return Promise.resolve(joinFailed(ErrorCode.INVALID_GROUP_ID, memberId, context.apiVersion));
      const { sessionTimeoutMsMin, sessionTimeoutMsMax } = settings.classic;
      if (sessionTimeoutMs < sessionTimeoutMsMin || sessionTimeoutMs > sessionTimeoutMsMax) {
        return Promise.resolve(joinFailed(ErrorCode.INVALID_SESSION_TIMEOUT, memberId, context.apiVersion));
      }
      const kept = withOwnMetadata(request);
      return ask(
        groupId,
        (shard, now, pending) => shard.join(kept, context, now, pending),
        (errorCode) => joinFailed(toGroupError(errorCode), '', context.apiVersion),
      );
    },
    sync(request, context) {
      if (request.groupId === '') return Promise.resolve(syncFailed(ErrorCode.INVALID_GROUP_ID));
      const kept = withOwnAssignments(request);
      return ask(
        request.groupId,
        (shard, now, pending) => shard.sync(kept, context, now, pending),
        (errorCode) => syncFailed(toGroupError(errorCode)),
      );
    },
    heartbeat(request, context) {
      if (request.groupId === '') return Promise.resolve({ errorCode: ErrorCode.INVALID_GROUP_ID });
      return ask(
        request.groupId,
        (shard, now, pending) => shard.heartbeat(request, context, now, pending),
        // While the group loads nobody's session runs out: members need not know.
        (errorCode) => ({
          errorCode: errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : toGroupError(errorCode),
        }),
      );
    },
    async leave(request, context) {
      if (request.groupId === '') return leaveFailed(ErrorCode.INVALID_GROUP_ID);
      return ask(
        request.groupId,
        (shard, now, pending) => shard.leave(request, context, now, pending),
        (errorCode) => leaveFailed(toGroupError(errorCode)),
      );
    },
    heartbeatOfConsumer(request, context) {
      const fault = checkConsumerHeartbeat(request, context.apiVersion, settings.consumer.assignors);
      if (fault !== undefined) return Promise.resolve(consumerHeartbeatFailed(fault.errorCode, fault.errorMessage));
      return ask(
        request.groupId,
        (shard, now, pending) => shard.heartbeatOfConsumer(request, context, now, pending),
        (errorCode) => consumerHeartbeatFailed(toGroupError(errorCode)),
      );
    },
    // The empty group id may keep offsets: simple consumers of old have used it.
    commitOffsets: (request, context) =>
      ask(
        request.groupId,
        (shard, now, pending) => shard.commitOffsets(request, context, now, pending),
        (errorCode) => offsetCommitFailed(request, toGroupError(errorCode)),
      ),
    commitOffsetsInTransaction(request, { verification, after }, context) {
      const { producerId, producerEpoch } = request;
      const transaction = { producerId, producerEpoch, after, ...(verification === undefined ? {} : { verification }) };
      return ask(
        request.groupId,
        (shard, now, pending) => shard.commitOffsetsInTransaction(request, transaction, context, now, pending),
        (errorCode) => txnCommitFailure(request, toGroupError(errorCode)),
      );
    },
    async endTransaction(partition, marker) {
      const result = await runtime.endTransaction(partition, marker);
      return 'errorCode' in result ? result.errorCode : ErrorCode.NONE;
    },
    fetchOffsets: (request, requireStable, context) =>
      ask(
        request.groupId,
        (shard, _now, pending) => shard.fetchOffsets(request, requireStable, context, pending),
        (errorCode) => fetchFailure(request, toOffsetFetchError(errorCode), context.apiVersion),
      ),
    async deleteOffsets(request) {
      if (request.groupId === '') return offsetDeleteFailed(ErrorCode.INVALID_GROUP_ID);
      return ask(
        request.groupId,
        (shard, _now, pending) => shard.deleteOffsets(request, pending),
        (errorCode) => offsetDeleteFailed(toGroupError(errorCode)),
      );
    },
    async listGroups(request) {
      const results = await Promise.all(
        [...runtime.loaded, ...runtime.loading].map((partition) =>
          runtime.run<readonly ListedGroupInput[]>(partition, (shard, _now, pending) =>
            shard.listGroups(request, pending),
          ),
        ),
      );
      const groups: ListedGroupInput[] = [];
      for (const result of results) {
        if ('response' in result) groups.push(...result.response);
        else if (result.errorCode !== ErrorCode.NOT_COORDINATOR) {
          return { errorCode: toGroupError(result.errorCode), groups: [] };
        }
      }
      return { errorCode: ErrorCode.NONE, groups };
    },
    async describeGroups(groupIds, { apiVersion }) {
      const describe = (groupId: string) =>
        ask<DescribedGroupInput>(
          groupId,
          (shard, _now, pending) => shard.describeGroup(groupId, apiVersion, pending),
          (errorCode) => undescribedGroup(groupId, toGroupError(errorCode)),
        );
      return { groups: await inSlices(groupIds, clock, describe) };
    },
    async describeConsumerGroups(groupIds) {
      const describe = (groupId: string) =>
        groupId === ''
          ? undescribedConsumerGroup('', ErrorCode.INVALID_GROUP_ID)
          : ask<DescribedConsumerGroupInput>(
              groupId,
              (shard, _now, pending) => shard.describeConsumerGroup(groupId, pending),
              (errorCode) => undescribedConsumerGroup(groupId, toGroupError(errorCode)),
            );
      return { throttleTimeMs: 0, groups: await inSlices(groupIds, clock, describe) };
    },
    async deleteGroups(groupIds) {
      const deleteOne = async (groupId: string) => {
        const refusal = share.has(groupId) ? await share.forgetGroup(groupId) : ErrorCode.NONE;
        if (refusal !== ErrorCode.NONE) return { groupId, errorCode: refusal };
        const decide = (shard: GroupShard, _now: TimestampMs, pending: Pending<number>) =>
          shard.deleteGroup(groupId, pending);
        return { groupId, errorCode: await ask(groupId, decide, toGroupError) };
      };
      return { throttleTimeMs: 0, results: await inSlices(groupIds, clock, deleteOne) };
    },
    onElected: runtime.load,
    onResigned: runtime.unload,
    onTopicsChanged(deleted) {
      runtime.runAll((shard, now) => shard.onTopicsChanged(deleted, now));
    },
    close: runtime.close,
  };
}
