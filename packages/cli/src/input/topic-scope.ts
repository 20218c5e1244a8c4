import { InvalidArgumentError } from 'commander';

/** A topic, or some of its partitions. */
export interface TopicScope {
  readonly topic: string;
  /** Undefined: all. */
  readonly partitions: readonly number[] | undefined;
}

const PARTITION_MAX = 2 ** 31 - 1;

/** `orders` or `orders:0,1`; undefined when it is neither. */
export function parseTopicScope(text: string): TopicScope | undefined {
  const match = /^([^:]+)(?::(\d+(?:,\d+)*))?$/.exec(text.trim());
  const topic = match?.[1];
  if (topic === undefined) return undefined;
  const partitions = match?.[2]?.split(',').map(Number);
  if (partitions?.some((partition) => partition > PARTITION_MAX)) return undefined;
  return { topic, partitions: partitions === undefined ? undefined : [...new Set(partitions)] };
}

/** Collects the values of a repeatable option. */
export function topicScopes(text: string, previous: readonly TopicScope[] | undefined): readonly TopicScope[] {
  const parsed = parseTopicScope(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write a topic, or orders:0,1 for some of its partitions.');
  return [...(previous ?? []), parsed];
}

/** The same where a topic is meant as a whole. */
export function wholeTopics(text: string, previous: readonly TopicScope[] | undefined): readonly TopicScope[] {
  const parsed = parseTopicScope(text);
  if (parsed === undefined || parsed.partitions !== undefined) {
    throw new InvalidArgumentError('Write a topic; it is forgotten with all of its partitions.');
  }
  return [...(previous ?? []), parsed];
}
