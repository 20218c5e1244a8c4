import type { Clock } from '@sluice/kernel/clock';
import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Codec } from '@sluice/protocol/compression/codec';
import { toGroupError } from '../group/coordinator-error.ts';
import { partitionOfGroup } from '../group/group-partition.ts';
import { inSlices } from '../group/in-slices.ts';
import type { Pending, ShardTimers } from '../runtime/coordinator-shard.ts';
import { createCoordinatorRuntime } from '../runtime/create-runtime.ts';
import type { PersisterResult, SharePartitionKey } from './persister.ts';
import { type LogPruner, pruneFromTimeToTime } from './prune-log.ts';
import type { ShareCoordinator, ShareStateStore } from './share-coordinator.ts';
import type { ShareCoordinatorSettings, ShareStateCanary } from './share-environment.ts';
import { type ShareRecord, shareRecordSerde } from './share-record-serde.ts';
import { createShareShard, type ShareShard, type ShareStep } from './share-shard.ts';
import { coordinatorKey, NO_COUNT } from './share-state.ts';

export const SHARE_GROUP_STATE_TOPIC = '__share_group_state';

export interface ShareCoordinatorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  settings(): ShareCoordinatorSettings;
  /** Of `__share_group_state`. */
  partitionCount(): number;
  /** Of any topic; `undefined` if it does not exist. */
  topicPartitionCount(topicId: Uuid): number | undefined;
  /** `max.message.bytes` of `__share_group_state`. */
  batchSizeBytesMax(): number;
  /** `share.coordinator.state.topic.compression.codec` */
  codec(): Codec;
  /** See `ShareEnvironment`. */
  readonly canary?: ShareStateCanary | undefined;
}

/** All share partitions of the partitions of `__share_group_state` that this broker leads. */
export function createShareCoordinator(options: ShareCoordinatorOptions): ShareCoordinator {
  const { clock, logger, settings } = options;
  const pruners = new Map<number, LogPruner>();
  const runtime = createCoordinatorRuntime<ShareShard, ShareRecord>({
    ...options,
    topic: SHARE_GROUP_STATE_TOPIC,
    serde: shareRecordSerde,
    commitTimeoutMs: () => settings().writeTimeoutMs,
    createShard: (partition: number, timers: ShardTimers<ShareRecord>) =>
      createShareShard({
        settings,
        timers,
        partitionCount: options.topicPartitionCount,
        logger: logger.with({ partition }),
        canary: options.canary,
      }),
  });
  const partitionOf = (name: string) => partitionOfGroup(name, options.partitionCount());

  async function ask<T>(
    key: SharePartitionKey,
    decide: (shard: ShareShard, now: number, pending: Pending<PersisterResult<T>>) => ShareStep,
  ): Promise<PersisterResult<T>> {
    const result = await runtime.run<PersisterResult<T>>(partitionOf(coordinatorKey(key)), decide);
    if ('response' in result) return result.response;
    return { errorCode: toGroupError(result.errorCode), message: 'The coordinator cannot say.' };
  }

  const store: ShareStateStore = {
    initialize: (key, stateEpoch, startOffset) =>
      ask(key, (shard, now, pending) => shard.initialize(key, stateEpoch, startOffset, now, pending)),
    read: (key, leaderEpoch) => ask(key, (shard, now, pending) => shard.read(key, leaderEpoch, now, pending)),
    write: (key, state) => ask(key, (shard, now, pending) => shard.write(key, state, now, pending)),
    readSummary: (key) => ask(key, (shard, _now, pending) => shard.readSummary(key, pending)),
    delete: (key) => ask(key, (shard, _now, pending) => shard.delete(key, pending)),
  };

  /** Asks for every partition that a request names; a request that names none, or no group, has an empty answer, as in Kafka. */
  async function each<Partition extends { readonly partition: number }, Answer>(
    { groupId, topics }: StateRequest<Partition>,
    askOne: (key: SharePartitionKey, partition: Partition) => Promise<Answer>,
  ): Promise<{ topicId: Uuid; partitions: Answer[] }[]> {
    if (groupId === '' || topics.some(({ partitions }) => partitions.length === 0)) return [];
    // What comes twice counts once, the last of it.
    const byTopic = new Map<Uuid, Map<number, Partition>>();
    for (const { topicId, partitions } of topics) {
      const known = byTopic.get(topicId) ?? new Map<number, Partition>();
      for (const partition of partitions) known.set(partition.partition, partition);
      byTopic.set(topicId, known);
    }
    const results: { topicId: Uuid; partitions: Answer[] }[] = [];
    for (const [topicId, partitions] of byTopic) {
      const answers = await inSlices([...partitions.values()], clock, (partition) =>
        askOne({ groupId, topicId, partition: partition.partition }, partition),
      );
      results.push({ topicId, partitions: answers });
    }
    return results;
  }

  return {
    partitionOf,
    store,
    async initializeState(request) {
      const results = await each(request, async (key, { stateEpoch, startOffset }) =>
        answerOf(key, await store.initialize(key, stateEpoch, startOffset)),
      );
      return { results };
    },
    async readState(request) {
      const results = await each(request, async (key, { leaderEpoch }) => {
        const result = await store.read(key, leaderEpoch);
        const state = 'response' in result ? result.response : NOTHING_READ;
        return { ...answerOf(key, result), ...state };
      });
      return { results };
    },
    async writeState(request) {
      const results = await each(request, async (key, state) => answerOf(key, await store.write(key, state)));
      return { results };
    },
    async readStateSummary(request) {
      const results = await each(request, async (key) => {
        const result = await store.readSummary(key);
        const summary = 'response' in result ? result.response : NO_SUMMARY;
        return { ...answerOf(key, result), ...summary };
      });
      return { results };
    },
    async deleteState(request) {
      return { results: await each(request, async (key) => answerOf(key, await store.delete(key))) };
    },
    onElected(partition, log, leaderEpoch) {
      pruners.get(partition)?.close();
      runtime.load(partition, log, leaderEpoch);
      const pruner = pruneFromTimeToTime({
        log,
        clock,
        logger: logger.with({ topic: SHARE_GROUP_STATE_TOPIC, partition }),
        intervalMs: () => settings().pruneIntervalMs,
        async firstNeededOffset() {
          const result = await runtime.run<number | undefined>(partition, (shard, _now, pending) =>
            shard.firstNeededOffset(pending),
          );
          return 'response' in result ? result.response : undefined;
        },
      });
      pruners.set(partition, pruner);
    },
    onResigned(partition) {
      pruners.get(partition)?.close();
      pruners.delete(partition);
      runtime.unload(partition);
    },
    onTopicsDeleted(topicIds) {
      runtime.runAll((shard) => shard.onTopicsDeleted(topicIds));
    },
    async close() {
      for (const pruner of pruners.values()) pruner.close();
      pruners.clear();
      await runtime.close();
    },
  };
}

interface StateRequest<Partition> {
  readonly groupId: string;
  readonly topics: readonly { readonly topicId: Uuid; readonly partitions: readonly Partition[] }[];
}

const NOTHING_READ = { stateEpoch: 0, startOffset: 0, stateBatches: [] };
const NO_SUMMARY = { stateEpoch: 0, leaderEpoch: 0, startOffset: 0, deliveryCompleteCount: NO_COUNT };

function answerOf({ partition }: SharePartitionKey, result: PersisterResult<unknown>) {
  if ('response' in result) return { partition, errorCode: 0, errorMessage: null };
  return { partition, errorCode: result.errorCode, errorMessage: result.message };
}
