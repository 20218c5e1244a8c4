import type { Uuid } from '@sluice/kernel/ids';

/** Partitions by topic, ascending and without doubles. A topic of which nothing is assigned is not in it. */
export type Assignment = ReadonlyMap<Uuid, readonly number[]>;

export const EMPTY_ASSIGNMENT: Assignment = new Map();

/** What an assignor is told of a member. */
export interface AssignorMember {
  readonly instanceId: string | null;
  /** Kafka's own assignors of 4.3 make no use of it, neither do ours. */
  readonly rackId: string | null;
  /**
   * Existing topics only, names and regular expressions resolved. Members of the same subscription should share one set:
   * it is cheaper to see that they agree.
   */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** The member's current target; topics that are gone, or that it is not subscribed to any more, may be in it. */
  readonly assignment: Assignment;
}

export interface AssignorInput {
  /** By member id, in any order: assignors sort. */
  readonly members: ReadonlyMap<string, AssignorMember>;
  /** `undefined` for a topic that does not exist. */
  partitionCount(topicId: Uuid): number | undefined;
}

/** Server-side assignor of KIP-848. Assigns each partition of the subscribed topics to one of its subscribers. */
export interface Assignor {
  /** As members ask for it in `ServerAssignor`. */
  readonly name: string;
  /** The new target of all members, of those that get nothing too. An assignment that stays as it was is the same object. */
  assign(input: AssignorInput): ReadonlyMap<string, Assignment>;
}
