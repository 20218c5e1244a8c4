import type { TopicImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';

interface AskedTopic {
  readonly partitions: readonly { readonly partitionIndex: number }[];
}

interface PartitionError {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

export interface Separated<Topic> {
  /** Topics with the partitions that exist; those without any, or of which none was named, are left out. */
  readonly known: Topic[];
  readonly unknown: { readonly topic: Topic; readonly partitions: PartitionError[] }[];
}

/** Takes out the partitions that do not exist, which are UNKNOWN_TOPIC_OR_PARTITION. */
export function separateUnknown<Topic extends AskedTopic>(
  topics: readonly Topic[],
  imageOf: (topic: Topic) => TopicImage | undefined,
): Separated<Topic> {
  const known: Topic[] = [];
  const unknown: Separated<Topic>['unknown'] = [];
  for (const topic of topics) {
    if (topic.partitions.length === 0) continue;
    const count = imageOf(topic)?.partitions.length ?? 0;
    const missing = topic.partitions.filter(({ partitionIndex }) => partitionIndex < 0 || partitionIndex >= count);
    if (missing.length === 0 && count > 0) {
      known.push(topic);
      continue;
    }
    const partitions = missing.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }));
    unknown.push({ topic, partitions });
    if (missing.length === topic.partitions.length) continue;
    const gone = new Set(missing);
    known.push({ ...topic, partitions: topic.partitions.filter((partition) => !gone.has(partition)) });
  }
  return { known, unknown };
}

/** What was refused, then what was answered; a topic that is in both, or that was named again and again, once. */
export function mergeTopics<Topic extends { readonly partitions: readonly PartitionError[] }>(
  refused: readonly Topic[],
  answered: readonly Topic[],
  keyOf: (topic: Topic) => string,
): Topic[] {
  const merged = new Map<string, { readonly topic: Topic; readonly partitions: PartitionError[] }>();
  for (const topic of [...refused, ...answered]) {
    const before = merged.get(keyOf(topic));
    if (before === undefined) merged.set(keyOf(topic), { topic, partitions: [...topic.partitions] });
    // Pushed one by one: a copy for each time that a topic is named would be quadratic work.
    else for (const partition of topic.partitions) before.partitions.push(partition);
  }
  return Array.from(merged.values(), ({ topic, partitions }) => ({ ...topic, partitions }));
}
