import { DiskError } from '@sluice/kernel/disk';
import { type NodeId, type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { LogConfig, PartitionLog } from '@sluice/log/partition-log';
import type {
  ClusterImage,
  ImageDelta,
  PartitionDelta,
  PartitionState,
  TopicImage,
} from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { perRevision } from '../per-revision.ts';
import { createTaskQueue } from '../task-queue.ts';
import { isInternalTopic } from '../topics.ts';
import type { HostedPartition, Lookup, Partitions } from './hosted-partition.ts';
import type { LeadershipListener } from './leadership.ts';
import { logsReady } from './ready-logs.ts';

/** Where this broker's logs live. */
export interface LogHost {
  /** Opens the partition's log, made new if there is none, unless it may be in a directory that is not here. */
  openLog(
    topic: string,
    topicId: Uuid,
    partition: number,
    config: LogConfig,
    replica: ReplicaPlace,
  ): Promise<PartitionLog>;
  /** Closes and removes it; it never comes back, also after a crash. */
  removeLog(topic: string, topicId: Uuid, partition: number): Promise<void>;
  /** The id of the directory that has it, `LOST_DIRECTORY` if that has failed; `undefined` if that cannot be told. */
  directoryOf(topic: string, partition: number): Uuid | undefined;
}

/** A log must not be made anew: it may be in a directory that is not here. */
export class ReplicaAway extends Error {}

/** What the cluster knows of a replica's place on this broker. */
export interface ReplicaPlace {
  readonly assigned: Uuid;
  /** The partition was made just now: it has no log yet. */
  readonly isNew: boolean;
}

/** The settings of a topic that act on its partitions, as they are now. */
export interface TopicSettings {
  readonly log: LogConfig;
  readonly minInsyncReplicas: number;
}

export interface PartitionTable extends Partitions {
  /** Brings this broker's logs in line with what the image just got. */
  follow(delta: ImageDelta): void;
  /** Opens what the image already gives this broker. */
  start(): Promise<void>;
  /** Everything that was begun is done: what the image shows here can be used. */
  settled(): Promise<void>;
}

export interface PartitionTableOptions {
  readonly image: ClusterImage;
  readonly nodeId: NodeId;
  readonly logs: LogHost;
  readonly logger: Logger;
  readonly leadership?: LeadershipListener;
  /** Told where each replica is once that is known. */
  readonly onPlaced?: (topicId: Uuid, partition: number, directory: Uuid) => void;
  settingsOf(topic: string): TopicSettings;
}

/** Logs that are opened or removed at the same time. */
const CONCURRENT_CHANGE_COUNT_MAX = 64;

type Hosted = { -readonly [Key in keyof HostedPartition]: HostedPartition[Key] };

/** This broker's partitions, kept in line with the cluster's image; no request changes them by itself. */
export function createPartitionTable(options: PartitionTableOptions): PartitionTable {
  const { image, nodeId, logs, logger, leadership, onPlaced } = options;
  /** By topic id, then by partition. */
  const hostedByTopic = new Map<Uuid, (Hosted | undefined)[]>();
  /** Logs that could not be opened, by topic id and partition; those for want of space are tried again when asked for. */
  const unopened = new Map<string, 'for-good' | 'for-now'>();
  /** Of logs that are in directories that are not here, since this was last told. */
  let awayReasons: string[] = [];
  const changes = createTaskQueue(CONCURRENT_CHANGE_COUNT_MAX);
  const settingsByTopic = perRevision(image, () => new Map<string, TopicSettings>());

  /** Worked out once for all partitions of a topic, which share them. */
  function settingsOf(topic: string): TopicSettings {
    const known = settingsByTopic();
    const settings = known.get(topic) ?? options.settingsOf(topic);
    known.set(topic, settings);
    return settings;
  }

  function open(topic: TopicImage, partition: number, isNew: boolean): void {
    changes.add(`${topic.name}-${partition}`, async () => {
      try {
        const assigned = assignedDirectory(topic.partitions[partition], nodeId);
        const settingsNow = settingsOf(topic.name).log;
        const log = await logs.openLog(topic.name, topic.id, partition, settingsNow, { assigned, isNew });
        // Its coordinator appends when it likes, and cannot wait.
        if (isInternalTopic(topic.name)) await logsReady([log]);
        const state = image.topicsById.get(topic.id)?.partitions[partition];
        // Deleted meanwhile: its removal is the next task of this key.
        if (state === undefined) return;
        // They may have changed meanwhile, when there was nothing here to reconfigure.
        const settings = settingsOf(topic.name);
        log.reconfigure(settings.log);
        const hosted: Hosted = {
          topic: topic.name,
          topicId: topic.id,
          partition,
          log,
          leader: state.leader,
          leaderEpoch: state.leaderEpoch,
          replicaCount: state.replicas.length,
          isrCount: state.isr.length,
          minInsyncReplicas: settings.minInsyncReplicas,
        };
        const ofTopic = hostedByTopic.get(topic.id) ?? [];
        ofTopic[partition] = hosted;
        hostedByTopic.set(topic.id, ofTopic);
        unopened.delete(`${topic.id}/${partition}`);
        if (hosted.leader === nodeId) leadership?.onElected(hosted);
      } catch (error) {
        unopened.set(`${topic.id}/${partition}`, isForNow(error) ? 'for-now' : 'for-good');
        if (error instanceof ReplicaAway) awayReasons.push(error.message);
        else logger.error('a log cannot be opened', { topic: topic.name, partition, reason: reasonOf(error) });
      }
      const directory = logs.directoryOf(topic.name, partition);
      if (directory !== undefined) onPlaced?.(topic.id, partition, directory);
    });
  }

  /** Once for all of them: a directory has thousands. */
  function tellAway(): void {
    for (const reason of new Set(awayReasons)) {
      const partitionCount = awayReasons.filter((each) => each === reason).length;
      logger.error('partitions are offline: their logs are not here', { partitionCount, reason });
    }
    awayReasons = [];
  }

  function remove(topic: TopicImage, partition: number): void {
    changes.add(`${topic.name}-${partition}`, async () => {
      try {
        await logs.removeLog(topic.name, topic.id, partition);
      } catch (error) {
        logger.error('a log cannot be removed', { topic: topic.name, partition, reason: reasonOf(error) });
      }
    });
  }

  function openAll(topic: TopicImage, isNew: boolean): void {
    for (const [partition, state] of topic.partitions.entries()) {
      if (state.replicas.includes(nodeId)) open(topic, partition, isNew);
    }
  }

  function removeAll(topic: TopicImage): void {
    hostedByTopic.delete(topic.id);
    for (const [partition, state] of topic.partitions.entries()) {
      if (state.leader === nodeId) leadership?.onResigned(topic.name, partition);
      if (state.replicas.includes(nodeId)) remove(topic, partition);
    }
  }

  function update({ topic, partition, before, after: state }: PartitionDelta): void {
    const hosted = hostedByTopic.get(topic.id)?.[partition];
    if (hosted === undefined) {
      const isOurs = before?.replicas.includes(nodeId) === true;
      // What could not be opened stays so until the next start.
      if (!isOurs && state.replicas.includes(nodeId)) open(topic, partition, before === undefined);
      return;
    }
    const isSameTerm = hosted.leader === state.leader && hosted.leaderEpoch === state.leaderEpoch;
    const hasLed = hosted.leader === nodeId;
    hosted.leader = state.leader;
    hosted.leaderEpoch = state.leaderEpoch;
    hosted.replicaCount = state.replicas.length;
    hosted.isrCount = state.isr.length;
    if (isSameTerm) return;
    if (state.leader === nodeId) leadership?.onElected(hosted);
    else if (hasLed) leadership?.onResigned(topic.name, partition);
  }

  function reconfigure(topic: TopicImage): void {
    const settings = settingsOf(topic.name);
    for (const hosted of hostedByTopic.get(topic.id) ?? []) {
      if (hosted === undefined) continue;
      hosted.log.reconfigure(settings.log);
      hosted.minInsyncReplicas = settings.minInsyncReplicas;
    }
  }

  /** A broker's or the cluster's configuration may be the default of every topic's. */
  function reconfigured({ configsChanged }: ImageDelta): Iterable<TopicImage> {
    if (configsChanged.some(({ type }) => type === 'broker')) return image.topicsByName.values();
    return configsChanged.flatMap(({ type, name }) => {
      const topic = type === 'topic' ? image.topicsByName.get(name) : undefined;
      return topic === undefined ? [] : [topic];
    });
  }

  function lookUp(topic: TopicImage, partition: number): Lookup {
    const state = topic.partitions[partition];
    if (state === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
    const hosted = hostedByTopic.get(topic.id)?.[partition];
    // Whoever leads it: this replica is offline. What may still be done with a log that has failed, `checkUsable` says.
    if (hosted === undefined && unopened.get(`${topic.id}/${partition}`) === 'for-now') {
      unopened.set(`${topic.id}/${partition}`, 'for-good');
      open(topic, partition, true);
    }
    const isOffline =
      hosted === undefined
        ? unopened.has(`${topic.id}/${partition}`)
        : hosted.log.failure !== undefined && state.leader !== nodeId;
    if (isOffline) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    if (hosted === undefined || state.leader !== nodeId) {
      const { leader, leaderEpoch } = state;
      return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, currentLeader: { leaderId: leader, leaderEpoch } };
    }
    return hosted;
  }

  return {
    follow(delta) {
      for (const topic of delta.topicsDeleted) removeAll(topic);
      for (const topic of delta.topicsCreated) openAll(topic, true);
      for (const changed of delta.partitionsChanged) update(changed);
      for (const topic of reconfigured(delta)) reconfigure(topic);
    },
    async start() {
      for (const topic of image.topicsByName.values()) openAll(topic, false);
      await changes.idle();
      tellAway();
    },
    settled: () => changes.idle(),
    byName(name, partition) {
      const topic = image.topicsByName.get(name);
      return topic === undefined ? { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION } : lookUp(topic, partition);
    },
    byId(id, partition) {
      const topic = image.topicsById.get(id);
      return topic === undefined ? { errorCode: ErrorCode.UNKNOWN_TOPIC_ID } : lookUp(topic, partition);
    },
    *all() {
      for (const ofTopic of hostedByTopic.values())
        for (const hosted of ofTopic) if (hosted !== undefined) yield hosted;
    },
  };
}

/** Space comes back, and descriptors do. */
function isForNow(error: unknown): boolean {
  return error instanceof DiskError && (error.tag === 'no-space' || error.tag === 'too-many-files');
}

function assignedDirectory(state: PartitionState | undefined, nodeId: NodeId): Uuid {
  return state?.directories[state.replicas.indexOf(nodeId)] ?? ZERO_UUID;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
