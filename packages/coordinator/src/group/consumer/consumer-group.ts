import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Assignment } from '../assignors/assignor.ts';
import { EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import type { Group, OffsetCommitClaim, OffsetExpiry } from '../group.ts';
import type { TopicsView } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import { type ConsumerGroupMember, isReconciledTo } from './consumer-group-member.ts';
import { groupTombstones } from './consumer-group-records.ts';
import { addToCount } from './counts.ts';
import type { MemberSession } from './member-timers.ts';
import { commitError, fetchError, partitionError } from './offset-claims.ts';
import { PartitionEpochs } from './partition-epochs.ts';
import type { AssignmentAttempt } from './target-assignment.ts';
import { TopicSubscriptions } from './topic-subscriptions.ts';

/**
 * A group of KIP-848. Three epochs move it: the group's rises when members or topics change, the assignment's when a
 * target was computed for that, a member's when it has what the target gives it. All but `metadataSeen`,
 * `sessions` and `assignmentAttempt` is durable: it changes by applying records alone.
 *
 * A class, since a broker may hold a hundred thousand.
 */
export class ConsumerGroup implements Group {
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  readonly groupId: string;
  /** A new group is at 1 and has no record of it: the first change makes it 2, as in Kafka. */
  groupEpoch = 1;
  /** Of the subscribed topics as they were at this epoch. */
  metadataHash = 0n;
  assignmentEpoch = 0;
  /** When the target was computed; 0 if never, or by a version that did not say. */
  assignmentTimestampMs = 0;
  readonly subscriptions = new TopicSubscriptions();
  readonly partitionEpochs = new PartitionEpochs();
  /** The version of the topics' view that the group last looked at, and the epoch that it had afterwards. */
  metadataSeen: { readonly version: number; readonly groupEpoch: number } | undefined;
  readonly sessions = new Map<string, MemberSession>();
  /** The last target that was computed, whatever came of it. */
  assignmentAttempt: AssignmentAttempt | undefined;
  readonly #topics: TopicsView;
  readonly #members = new Map<string, ConsumerGroupMember>();
  readonly #targets = new Map<string, Assignment>();
  readonly #memberIdsByInstance = new Map<string, string>();
  readonly #serverAssignorCounts = new Map<string, number>();
  readonly #classicProtocolCounts = new Map<string, number>();
  #classicMemberCount = 0;

  constructor(groupId: string, topics: TopicsView) {
    this.groupId = groupId;
    this.#topics = topics;
  }

  get members(): ReadonlyMap<string, ConsumerGroupMember> {
    return this.#members;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get stateName(): string {
    if (this.isEmpty) return 'Empty';
    if (this.groupEpoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.#members.values()) {
      if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    }
    return 'Stable';
  }

  memberIdOfInstance(instanceId: string | null): string | undefined {
    return instanceId === null ? undefined : this.#memberIdsByInstance.get(instanceId);
  }

  memberOfInstance(instanceId: string | null): ConsumerGroupMember | undefined {
    const memberId = this.memberIdOfInstance(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  putMember(member: ConsumerGroupMember): void {
    const old = this.#members.get(member.memberId);
    this.#members.set(member.memberId, member);
    this.#account(old, member);
  }

  removeMember(memberId: string): void {
    const old = this.#members.get(memberId);
    if (old === undefined) return;
    this.#members.delete(memberId);
    this.#account(old, undefined);
    this.sessions.delete(memberId);
  }

  target(memberId: string): Assignment {
    return this.#targets.get(memberId) ?? EMPTY_ASSIGNMENT;
  }

  /** Of a static member: what its instance has, whoever was that before. */
  targetOf(member: ConsumerGroupMember): Assignment {
    if (member.instanceId === null) return this.target(member.memberId);
    const memberId = this.memberIdOfInstance(member.instanceId);
    return memberId === undefined ? EMPTY_ASSIGNMENT : this.target(memberId);
  }

  get targets(): ReadonlyMap<string, Assignment> {
    return this.#targets;
  }

  setTarget(memberId: string, assignment: Assignment | undefined): void {
    if (assignment === undefined) this.#targets.delete(memberId);
    else this.#targets.set(memberId, assignment);
  }

  /** How many members would like an assignor. */
  get serverAssignorCounts(): ReadonlyMap<string, number> {
    return this.#serverAssignorCounts;
  }

  get classicMemberCount(): number {
    return this.#classicMemberCount;
  }

  /** Do all members of the classic protocol know this way of assigning? */
  isKnownToAllClassic(protocol: string): boolean {
    return (this.#classicProtocolCounts.get(protocol) ?? 0) === this.#classicMemberCount;
  }

  offsetCommitError(commit: OffsetCommitClaim): number {
    return commitError(this.#members, commit);
  }

  partitionCommitError(commit: OffsetCommitClaim, topic: string, partition: number): number {
    return partitionError(this.#members, commit, this.#topics.byName(topic)?.id, partition);
  }

  offsetFetchError(memberId: string | null, memberEpoch: number): number {
    return fetchError(this.#members, memberId, memberEpoch);
  }

  offsetDeleteError(): number {
    return ErrorCode.NONE;
  }

  deleteError(): number {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  isSubscribedTo(topic: string): boolean {
    return this.subscriptions.has(topic);
  }

  offsetExpiry(): OffsetExpiry {
    return sinceCommit;
  }

  tombstones(): readonly GroupRecord[] {
    return groupTombstones(this);
  }

  #account(old: ConsumerGroupMember | undefined, member: ConsumerGroupMember | undefined): void {
    this.subscriptions.replace(old, member);
    if (old !== undefined) {
      this.partitionEpochs.remove(old.assigned, old.memberEpoch);
      this.partitionEpochs.remove(old.pendingRevocation, old.memberEpoch);
      this.#count(old, -1);
    }
    if (member !== undefined) {
      this.partitionEpochs.add(member.assigned, member.memberEpoch);
      this.partitionEpochs.add(member.pendingRevocation, member.memberEpoch);
      this.#count(member, 1);
    }
    const oldInstanceId = old?.instanceId ?? null;
    // Unless its replacement is there already.
    if (oldInstanceId !== null && this.#memberIdsByInstance.get(oldInstanceId) === old?.memberId) {
      this.#memberIdsByInstance.delete(oldInstanceId);
    }
    const instanceId = member?.instanceId ?? null;
    if (member !== undefined && instanceId !== null) this.#memberIdsByInstance.set(instanceId, member.memberId);
  }

  #count(member: ConsumerGroupMember, by: 1 | -1): void {
    if (member.serverAssignor !== null) addToCount(this.#serverAssignorCounts, member.serverAssignor, by);
    if (member.classic === null) return;
    this.#classicMemberCount += by;
    for (const { name } of member.classic.supportedProtocols) addToCount(this.#classicProtocolCounts, name, by);
  }
}

const sinceCommit: OffsetExpiry = { baseTimestampMs: (commitTimestampMs) => commitTimestampMs };
