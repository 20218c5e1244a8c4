import { composeGroupShard } from '@sluice/coordinator/group/compose-group-shard';
import { createGroupCoordinator, GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { GroupSettings } from '@sluice/coordinator/group/group-environment';
import type { ShareGroupServices } from '@sluice/coordinator/group/share/share-services';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfigOf } from '@sluice/metadata/config/log-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage, ImageDelta } from '@sluice/metadata/image/cluster-image';
import { codecOfId } from '@sluice/protocol/compression/codec';
import type { LeadershipListener } from '../partitions/leadership.ts';
import { perRevision } from '../per-revision.ts';
import { createGroupSettings } from './group-settings.ts';
import { createTopicsView } from './topics-view.ts';

export interface HostGroupsOptions {
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Where share groups keep what they know of partitions. */
  readonly shareState: ShareGroupServices;
}

/** The group coordinator, tied to what this broker leads and knows. */
export interface HostedGroups {
  readonly coordinator: GroupCoordinator;
  readonly settings: GroupSettings;
  readonly leadership: LeadershipListener;
  follow(delta: ImageDelta): void;
}

export function hostGroups({
  image,
  staticConfig,
  clock,
  random,
  logger,
  shareState,
}: HostGroupsOptions): HostedGroups {
  const topics = createTopicsView(image);
  const settings = createGroupSettings(image, staticConfig);
  const setting = (name: string) => brokerNumber(brokerValues(image, staticConfig), name);
  const batchSizeBytesMax = perRevision(
    image,
    () => logConfigOf(image, staticConfig, GROUP_METADATA_TOPIC).maxMessageSizeBytes,
  );
  const coordinator = createGroupCoordinator({
    clock,
    random,
    logger,
    topics,
    settings,
    shareState,
    createShard: composeGroupShard,
    partitionCount: () =>
      image.topicsByName.get(GROUP_METADATA_TOPIC)?.partitions.length ?? setting('offsets.topic.num.partitions'),
    batchSizeBytesMax,
    codec: perRevision(image, () => codecOfId(setting('offsets.topic.compression.codec')) ?? 'none'),
  });

  return {
    coordinator,
    settings,
    leadership: {
      onElected({ topic, partition, log, leaderEpoch }) {
        if (topic === GROUP_METADATA_TOPIC) coordinator.onElected(partition, log, leaderEpoch);
      },
      onResigned(topic, partition) {
        if (topic === GROUP_METADATA_TOPIC) coordinator.onResigned(partition);
      },
    },
    follow(delta) {
      if (topics.follow(delta)) coordinator.onTopicsChanged(delta.topicsDeleted.map(({ name }) => name));
    },
  };
}
