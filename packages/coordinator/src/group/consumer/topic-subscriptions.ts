import { type ConsumerGroupMember, regexOf } from './consumer-group-member.ts';
import { addToCount } from './counts.ts';

/** What a regular expression matched when it was last looked at. */
export interface ResolvedRegex {
  readonly topics: ReadonlySet<string>;
  /** Of the topics' view that it was matched against. */
  readonly version: number;
  readonly timestampMs: number;
}

/**
 * What the members of a group subscribe to, by name and by regular expression. A topic is counted once for each member
 * that names it and once for each regular expression that matches it.
 */
export class TopicSubscriptions {
  readonly #topicCounts = new Map<string, number>();
  readonly #regexCounts = new Map<string, number>();
  readonly #resolved = new Map<string, ResolvedRegex>();

  replace(old: ConsumerGroupMember | undefined, updated: ConsumerGroupMember | undefined): void {
    if (old?.subscribedTopics !== updated?.subscribedTopics) {
      for (const topic of updated?.subscribedTopics ?? []) addToCount(this.#topicCounts, topic, 1);
      for (const topic of old?.subscribedTopics ?? []) addToCount(this.#topicCounts, topic, -1);
    }
    const oldRegex = regexOf(old);
    const regex = regexOf(updated);
    if (oldRegex === regex) return;
    if (regex !== undefined) addToCount(this.#regexCounts, regex, 1);
    if (oldRegex !== undefined) addToCount(this.#regexCounts, oldRegex, -1);
  }

  resolve(regex: string, resolved: ResolvedRegex | undefined): void {
    for (const topic of this.#resolved.get(regex)?.topics ?? []) addToCount(this.#topicCounts, topic, -1);
    for (const topic of resolved?.topics ?? []) addToCount(this.#topicCounts, topic, 1);
    if (resolved === undefined) this.#resolved.delete(regex);
    else this.#resolved.set(regex, resolved);
  }

  has(topic: string): boolean {
    return this.#topicCounts.has(topic);
  }

  get topicCount(): number {
    return this.#topicCounts.size;
  }

  /** Names, whether such a topic exists or not. */
  topics(): Iterable<string> {
    return this.#topicCounts.keys();
  }

  regexes(): Iterable<string> {
    return this.#regexCounts.keys();
  }

  get hasRegexes(): boolean {
    return this.#regexCounts.size > 0;
  }

  subscribersOf(regex: string): number {
    return this.#regexCounts.get(regex) ?? 0;
  }

  resolved(regex: string): ResolvedRegex | undefined {
    return this.#resolved.get(regex);
  }

  get resolvedCount(): number {
    return this.#resolved.size;
  }

  resolvedRegexes(): ReadonlyMap<string, ResolvedRegex> {
    return this.#resolved;
  }

  /** All are resolved in one go, so that any of them tells when. */
  get lastResolved(): ResolvedRegex | undefined {
    return this.#resolved.values().next().value;
  }

  /** The topics as they will be: `changes` of members, and what regular expressions match anew or (undefined) no more. */
  topicsAfter(
    changes: Iterable<MemberChange>,
    regexChanges: ReadonlyMap<string, ReadonlySet<string> | undefined> = NO_REGEX_CHANGES,
  ): Iterable<string> {
    const counts = new Map(this.#topicCounts);
    for (const { old, updated } of changes) {
      if (old?.subscribedTopics === updated?.subscribedTopics) continue;
      for (const topic of updated?.subscribedTopics ?? []) addToCount(counts, topic, 1);
      for (const topic of old?.subscribedTopics ?? []) addToCount(counts, topic, -1);
    }
    for (const [regex, topics] of regexChanges) {
      for (const topic of this.#resolved.get(regex)?.topics ?? []) addToCount(counts, topic, -1);
      for (const topic of topics ?? []) addToCount(counts, topic, 1);
    }
    return counts.keys();
  }
}

export interface MemberChange {
  readonly old: ConsumerGroupMember | undefined;
  readonly updated: ConsumerGroupMember | undefined;
}

const NO_REGEX_CHANGES: ReadonlyMap<string, ReadonlySet<string> | undefined> = new Map();
