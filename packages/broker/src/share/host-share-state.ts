import { createShareCoordinator, SHARE_GROUP_STATE_TOPIC } from '@sluice/coordinator/share/create-share-coordinator';
import { createRetryingStore } from '@sluice/coordinator/share/retrying-store';
import type { ShareCoordinator, ShareStateStore } from '@sluice/coordinator/share/share-coordinator';
import type { ShareCoordinatorSettings, ShareStateCanary } from '@sluice/coordinator/share/share-environment';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import { brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfigOf } from '@sluice/metadata/config/log-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage, ImageDelta } from '@sluice/metadata/image/cluster-image';
import { codecOfId } from '@sluice/protocol/compression/codec';
import type { AutoCreate } from '../auto-create.ts';
import type { LeadershipListener } from '../partitions/leadership.ts';
import { perRevision } from '../per-revision.ts';

/** Kafka's defaults of settings that it does not tell of. */
const PRUNE_INTERVAL_MS = 300_000;
const COLD_SNAPSHOT_INTERVAL_MS = 300_000;

export interface HostShareStateOptions {
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly autoCreate: AutoCreate;
  readonly canary?: ShareStateCanary | undefined;
}

/** The coordinator of share partitions, tied to what this broker leads and knows. */
export interface HostedShareState {
  readonly coordinator: ShareCoordinator;
  /** The same for this broker's own use: makes the topic if need be, and asks again while it is not to be had. */
  readonly store: ShareStateStore;
  readonly leadership: LeadershipListener;
  follow(delta: ImageDelta): void;
  close(): Promise<void>;
}

export function hostShareState(options: HostShareStateOptions): HostedShareState {
  const { image, staticConfig, clock, logger, autoCreate } = options;
  const setting = (name: string) => brokerNumber(brokerValues(image, staticConfig), name);
  const coordinator = createShareCoordinator({
    clock,
    logger,
    canary: options.canary,
    settings: perRevision<ShareCoordinatorSettings>(image, () => ({
      updatesPerSnapshot: setting('share.coordinator.snapshot.update.records.per.snapshot'),
      writeTimeoutMs: setting('share.coordinator.write.timeout.ms'),
      pruneIntervalMs: PRUNE_INTERVAL_MS,
      coldSnapshotIntervalMs: COLD_SNAPSHOT_INTERVAL_MS,
    })),
    partitionCount: () =>
      image.topicsByName.get(SHARE_GROUP_STATE_TOPIC)?.partitions.length ??
      setting('share.coordinator.state.topic.num.partitions'),
    topicPartitionCount: (topicId) => image.topicsById.get(topicId)?.partitions.length,
    batchSizeBytesMax: perRevision(
      image,
      () => logConfigOf(image, staticConfig, SHARE_GROUP_STATE_TOPIC).maxMessageSizeBytes,
    ),
    codec: perRevision(image, () => codecOfId(setting('share.coordinator.state.topic.compression.codec')) ?? 'none'),
  });
  const store = createRetryingStore({
    store: coordinator.store,
    clock,
    async prepare() {
      if (!image.topicsByName.has(SHARE_GROUP_STATE_TOPIC)) await autoCreate([SHARE_GROUP_STATE_TOPIC]);
    },
  });
  return {
    coordinator,
    store,
    leadership: {
      onElected({ topic, partition, log, leaderEpoch }) {
        if (topic === SHARE_GROUP_STATE_TOPIC) coordinator.onElected(partition, log, leaderEpoch);
      },
      onResigned(topic, partition) {
        if (topic === SHARE_GROUP_STATE_TOPIC) coordinator.onResigned(partition);
      },
    },
    follow({ topicsDeleted }) {
      if (topicsDeleted.length > 0) coordinator.onTopicsDeleted(new Set(topicsDeleted.map(({ id }) => id)));
    },
    async close() {
      store.close();
      await coordinator.close();
    },
  };
}
