import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { ExpectedPartition, ExpectedPartitions, ExpectedTopic } from '@sluice/log/doctor/expected-partitions';
import type { ClusterImage, TopicImage } from '@sluice/metadata/image/cluster-image';

export interface ExpectedOptions {
  readonly image: ClusterImage;
  /** Whose directories they are; undefined: nobody knows, so nothing is missed. */
  readonly nodeId: NodeId | undefined;
  /** The directories that are checked now. */
  readonly directoryIds: ReadonlySet<Uuid>;
}

/** What the cluster's metadata lets one expect in the directories of a node. */
export function expectedOf({ image, nodeId, directoryIds }: ExpectedOptions): ExpectedPartitions {
  const topicOf = (topic: TopicImage | undefined): ExpectedTopic | undefined =>
    topic && {
      name: topic.name,
      id: topic.id,
      partitionCount: topic.partitions.length,
      isCompacted: image.config('topic', topic.name).get('cleanup.policy')?.includes('compact') ?? false,
    };
  const others = new Set(nodeId === undefined ? [] : image.brokers.get(nodeId)?.logDirs);
  return {
    clusterId: image.clusterId,
    topicNamed: (name) => topicOf(image.topicsByName.get(name)),
    topicWithId: (id) => topicOf(image.topicsById.get(id)),
    *partitions(): Iterable<ExpectedPartition> {
      if (nodeId === undefined) return;
      for (const topic of image.topicsByName.values()) {
        for (const [partition, state] of topic.partitions.entries()) {
          const place = state.replicas.indexOf(nodeId);
          if (place < 0) continue;
          const assigned = state.directories[place];
          const isPlaced = assigned !== undefined && (directoryIds.has(assigned) || others.has(assigned));
          yield { topic: topic.name, partition, directoryId: isPlaced ? assigned : undefined };
        }
      }
    },
  };
}
