import type { TopicsView, TopicView } from '@sluice/coordinator/group/group-environment';
import type { ClusterImage, ImageDelta, TopicImage } from '@sluice/metadata/image/cluster-image';

export interface FollowedTopics extends TopicsView {
  /** The image moved; true if topics or their partitions did. */
  follow(delta: ImageDelta): boolean;
}

/** The image's topics as groups see them. */
export function createTopicsView(image: ClusterImage): FollowedTopics {
  let version = 0;

  function viewOf(topic: TopicImage | undefined): TopicView | undefined {
    if (topic === undefined) return undefined;
    return {
      name: topic.name,
      id: topic.id,
      partitionCount: topic.partitions.length,
      racks: (partition) => racksOf(image, topic, partition),
    };
  }

  return {
    byName: (name) => viewOf(image.topicsByName.get(name)),
    byId: (id) => viewOf(image.topicsById.get(id)),
    names: () => image.topicsByName.keys(),
    get version() {
      return version;
    },
    follow({ topicsCreated, topicsDeleted, partitionsChanged, brokersChanged }) {
      const isChanged = topicsCreated.length + topicsDeleted.length + partitionsChanged.length > 0;
      // A broker may have another rack now.
      if (isChanged || brokersChanged.length > 0) version++;
      return isChanged;
    },
  };
}

function racksOf(image: ClusterImage, topic: TopicImage, partition: number): readonly string[] {
  const racks = new Set<string>();
  for (const replica of topic.partitions[partition]?.replicas ?? []) {
    const rack = image.brokers.get(replica)?.rack ?? null;
    if (rack !== null) racks.add(rack);
  }
  return [...racks].sort();
}
