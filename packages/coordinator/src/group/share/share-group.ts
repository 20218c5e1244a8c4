import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Assignment, EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import { addToCount } from '../consumer/counts.ts';
import type { MemberSession } from '../consumer/member-timers.ts';
import type { Group } from '../group.ts';
import type { GroupRecord } from '../group-record.ts';
import { type InitializedPartitions, NOTHING_INITIALIZED } from './initialized-partitions.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { groupTombstones } from './share-group-records.ts';

/**
 * A share group (KIP-932). Its members share the partitions of topics: one may be with several of them, and nobody has to
 * give one up before another gets it. All but `metadataSeen`, `calmSince`, `isBeginningLost` and `sessions` is durable: it
 * changes by applying records alone.
 *
 * A class, since a broker may hold very many.
 */
export class ShareGroup implements Group {
  readonly type = 'share';
  readonly protocolType = 'share';
  readonly groupId: string;
  /** A new group is at 1 and has no record of it: the first change makes it 2, as in Kafka. */
  groupEpoch = 1;
  /** Of the subscribed topics as they were at this epoch. */
  metadataHash = 0n;
  assignmentEpoch = 1;
  /** When the target was computed; 0 if never. */
  assignmentTimestampMs = 0;
  /** `undefined` if the group has no record of it. */
  initialized: InitializedPartitions | undefined;
  /** The version of the topics' view that the group last looked at, and the epoch that it had afterwards. */
  metadataSeen: { readonly version: number; readonly groupEpoch: number } | undefined;
  /** What the group was when nothing was to be begun or assigned anew: as long as it is the same, nothing is. */
  calmSince: Calm | undefined;
  /** Whoever was to begin share state was not told so in time: nobody does, though the group's record says it. */
  isBeginningLost = false;
  readonly sessions = new Map<string, MemberSession>();
  readonly #members = new Map<string, ShareGroupMember>();
  readonly #targets = new Map<string, Assignment>();
  readonly #topicCounts = new Map<string, number>();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get members(): ReadonlyMap<string, ShareGroupMember> {
    return this.#members;
  }

  get targets(): ReadonlyMap<string, Assignment> {
    return this.#targets;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get stateName(): string {
    return this.isEmpty ? 'Empty' : 'Stable';
  }

  /** What has share state, or is about to. */
  get initializedPartitions(): InitializedPartitions {
    return this.initialized ?? NOTHING_INITIALIZED;
  }

  putMember(member: ShareGroupMember): void {
    const old = this.#members.get(member.memberId);
    this.#members.set(member.memberId, member);
    countTopics(this.#topicCounts, old, member);
  }

  removeMember(memberId: string): void {
    const old = this.#members.get(memberId);
    if (old === undefined) return;
    this.#members.delete(memberId);
    countTopics(this.#topicCounts, old, undefined);
    this.sessions.delete(memberId);
  }

  target(memberId: string): Assignment {
    return this.#targets.get(memberId) ?? EMPTY_ASSIGNMENT;
  }

  setTarget(memberId: string, assignment: Assignment | undefined): void {
    if (assignment === undefined) this.#targets.delete(memberId);
    else this.#targets.set(memberId, assignment);
  }

  /** Names, whether such a topic exists or not. */
  get subscribedTopics(): ReadonlyMap<string, number> {
    return this.#topicCounts;
  }

  /** Names as they will be once the member has changed, or (undefined) is gone. */
  subscribedTopicsAfter(
    old: ShareGroupMember | undefined,
    updated: ShareGroupMember | undefined,
  ): ReadonlyMap<string, number> {
    if (old?.subscribedTopics === updated?.subscribedTopics) return this.#topicCounts;
    const counts = new Map(this.#topicCounts);
    countTopics(counts, old, updated);
    return counts;
  }

  offsetCommitError(): number {
    return ErrorCode.GROUP_ID_NOT_FOUND;
  }

  offsetFetchError(): number {
    return ErrorCode.GROUP_ID_NOT_FOUND;
  }

  offsetDeleteError(): number {
    return ErrorCode.GROUP_ID_NOT_FOUND;
  }

  deleteError(): number {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  isSubscribedTo(topic: string): boolean {
    return this.#topicCounts.has(topic);
  }

  /** It has no offsets of this kind, and does not go by itself. */
  offsetExpiry(): undefined {
    return undefined;
  }

  tombstones(): readonly GroupRecord[] {
    return groupTombstones(this);
  }
}

/** See `ShareGroup.calmSince`. */
export interface Calm {
  readonly topicsVersion: number;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly initialized: InitializedPartitions | undefined;
}

function countTopics(
  counts: Map<string, number>,
  old: ShareGroupMember | undefined,
  member: ShareGroupMember | undefined,
): void {
  if (old?.subscribedTopics === member?.subscribedTopics) return;
  for (const topic of member?.subscribedTopics ?? []) addToCount(counts, topic, 1);
  for (const topic of old?.subscribedTopics ?? []) addToCount(counts, topic, -1);
}
