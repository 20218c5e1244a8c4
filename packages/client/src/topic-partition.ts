/** A partition by its topic's name. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One string for it, to look it up by: topic names have no colon. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}:${partition}`;
}

/** The form of requests: each topic once, with its partitions. */
export function byTopic<Each extends TopicPartition>(
  partitions: readonly Each[],
): readonly { readonly name: string; readonly partitions: readonly Each[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, own]) => ({ name, partitions: own }));
}
