import { assert } from '@sluice/kernel/assert';
import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import type { Group, OffsetCommitClaim, OffsetExpiry } from '../group.ts';
import type { GroupRecord } from '../group-record.ts';
import type { HeldMetadata } from '../held-metadata.ts';
import { type ClassicMember, type MemberProtocol, metadataSizeBytes } from './classic-member.ts';
import type { MemberSession } from './member-session.ts';

/** A group that is no more is in nobody's table, so there is no "Dead". */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

export const CONSUMER_PROTOCOL_TYPE = 'consumer';
const GENERATION_MAX = 2 ** 31 - 1;

/**
 * A group of the classic protocol, or a simple one that only has offsets. Its members and their generation are soft
 * state while they rebalance; the group's record makes them durable, with the assignments, when the generation is stable.
 *
 * A class, since a broker may hold a hundred thousand.
 */
export class ClassicGroup implements Group {
  readonly type = 'classic';
  readonly groupId: string;
  state: ClassicGroupState = 'Empty';
  previousState: ClassicGroupState | undefined;
  /** Since when it is in this state; `undefined` where a record of an old version does not say. */
  stateSinceMs: TimestampMs | undefined;
  generation = 0;
  /** Empty for a simple group. A group whose members left keeps it. */
  protocolType = '';
  /** What this generation chose. */
  protocol: string | undefined;
  leaderId: string | undefined;
  /** Whether somebody came since the initial rebalance was last put off. */
  hasNewMember = false;
  /** The delay of the initial rebalance is over; until then it waits for those who were told their id. */
  awaitsAnnouncedUntilMs: number | undefined;
  /** Its record names no leader: it was a consumer group, and has to rebalance. */
  isRebalanceDue = false;
  /** Of the rebalance that is under way or was the last, for whoever reads the log. */
  rebalanceReason: string | undefined;
  rebalancesSinceMs: TimestampMs = 0;
  /** Of a group of consumers; `undefined` if it is not known. */
  subscribedTopics: ReadonlySet<string> | undefined;
  /** In the order in which they came. */
  readonly members = new Map<string, ClassicMember>();
  /** Members whose SyncGroup of this generation has not come yet. */
  readonly pendingSyncs = new Set<string>();
  /** Those who were told their member id (MEMBER_ID_REQUIRED) and did not come back yet. */
  readonly pendingMembers = new Map<string, MemberSession>();
  readonly #memberIdsByInstance = new Map<string, string>();
  readonly #protocolCounts = new Map<string, number>();
  #awaitingJoinCount = 0;

  /** Where what its members say is counted; a group that is in no table counts nowhere. */
  readonly #held: HeldMetadata | undefined;

  constructor(groupId: string, stateSinceMs: TimestampMs | undefined, held?: HeldMetadata) {
    this.groupId = groupId;
    this.stateSinceMs = stateSinceMs;
    this.#held = held;
  }

  get stateName(): string {
    return this.state;
  }

  get isEmpty(): boolean {
    return this.state === 'Empty';
  }

  get awaitingJoinCount(): number {
    return this.#awaitingJoinCount;
  }

  /** Those whose id was announced to them are waited for too. */
  get hasAllMembersJoined(): boolean {
    return this.members.size === this.#awaitingJoinCount && this.pendingMembers.size === 0;
  }

  /** The patience of the most patient member. */
  get rebalanceTimeoutMs(): number {
    let timeoutMs = 0;
    for (const member of this.members.values()) timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs);
    return timeoutMs;
  }

  transitionTo(state: ClassicGroupState, now: TimestampMs): void {
    this.previousState = this.state;
    this.state = state;
    this.stateSinceMs = now;
  }

  add(member: ClassicMember, protocolType: string): void {
    assert(!this.members.has(member.memberId), 'a member joins once');
    const instanceId = member.groupInstanceId;
    assert(instanceId === null || !this.#memberIdsByInstance.has(instanceId), 'an instance is one member');
    if (instanceId !== null) this.#memberIdsByInstance.set(instanceId, member.memberId);
    if (this.members.size === 0) this.protocolType = protocolType;
    this.leaderId ??= member.memberId;
    this.members.set(member.memberId, member);
    this.#countProtocols(member.protocols, 1);
    if (member.awaitingJoin !== undefined) this.#awaitingJoinCount++;
    this.pendingMembers.delete(member.memberId);
  }

  /** A member or somebody who was about to become one. Who waits on its behalf is to be answered before. */
  remove(memberId: string): void {
    const member = this.members.get(memberId);
    const session = member?.session ?? this.pendingMembers.get(memberId);
    session?.end();
    this.pendingMembers.delete(memberId);
    this.pendingSyncs.delete(memberId);
    if (member === undefined) return;
    assert(member.awaitingJoin === undefined && member.awaitingSync === undefined, 'nobody waits who is gone');
    this.members.delete(memberId);
    this.#countProtocols(member.protocols, -1);
    if (member.groupInstanceId !== null) this.#memberIdsByInstance.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value;
  }

  /** The static member's new process takes the place of the old one. Nobody waits on behalf of that one any more. */
  replaceStatic(old: ClassicMember, replacement: ClassicMember): void {
    assert(old.groupInstanceId !== null && old.groupInstanceId === replacement.groupInstanceId, 'the instance stays');
    const isLeader = this.leaderId === old.memberId;
    this.remove(old.memberId);
    this.add(replacement, this.protocolType);
    if (isLeader) this.leaderId = replacement.memberId;
  }

  memberIdOfInstance(instanceId: string): string | undefined {
    return this.#memberIdsByInstance.get(instanceId);
  }

  setAwaitingJoin(member: ClassicMember, pending: Pending<JoinGroupResponseInput> | undefined): void {
    this.#awaitingJoinCount += Number(pending !== undefined) - Number(member.awaitingJoin !== undefined);
    member.awaitingJoin = pending;
  }

  setProtocols(member: ClassicMember, protocols: readonly MemberProtocol[]): void {
    this.#countProtocols(member.protocols, -1);
    member.protocols = protocols;
    this.#countProtocols(protocols, 1);
  }

  /** Do all members know this protocol? */
  isKnownToAll(protocol: string): boolean {
    return (this.#protocolCounts.get(protocol) ?? 0) === this.members.size;
  }

  nextGeneration(): void {
    this.generation = this.generation === GENERATION_MAX ? 0 : this.generation + 1;
  }

  /** UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, or 0 for a member of the group. */
  memberError(memberId: string, groupInstanceId: string | null): number {
    if (groupInstanceId !== null) {
      const current = this.#memberIdsByInstance.get(groupInstanceId);
      if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** A commit that is let pass keeps the member's session alive, as a heartbeat does. */
  offsetCommitError(commit: OffsetCommitClaim): number {
    const errorCode = this.#commitError(commit);
    if (errorCode === ErrorCode.NONE && !commit.isTransactional) {
      const member = this.members.get(commit.memberId);
      // While it waits for the assignment a commit would have failed; so this is Stable or PreparingRebalance.
      member?.session.extend(member.sessionTimeoutMs);
    }
    return errorCode;
  }

  #commitError({ memberId, groupInstanceId, generationOrEpoch, isTransactional }: OffsetCommitClaim): number {
    // An admin, or a consumer that assigns itself, may commit for a group that has no members.
    if (generationOrEpoch < 0 && this.isEmpty) return ErrorCode.NONE;
    if (generationOrEpoch >= 0 || memberId !== '' || groupInstanceId !== null) {
      const errorCode = this.memberError(memberId, groupInstanceId);
      if (errorCode !== ErrorCode.NONE) return errorCode;
      if (generationOrEpoch !== this.generation) return ErrorCode.ILLEGAL_GENERATION;
    } else if (!isTransactional) {
      return ErrorCode.UNKNOWN_MEMBER_ID;
    }
    const isUnsettled = !isTransactional && this.state === 'CompletingRebalance';
    return isUnsettled ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  /** Whoever may read the group may read its offsets: the classic protocol sends no member along. */
  offsetFetchError(): number {
    return ErrorCode.NONE;
  }

  offsetDeleteError(): number {
    const mayDelete = this.isEmpty || this.protocolType === CONSUMER_PROTOCOL_TYPE;
    return mayDelete ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  deleteError(): number {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  /** Of consumers that do not say what they read, anything is assumed. */
  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  offsetExpiry(): OffsetExpiry | undefined {
    if (this.protocolType === '') return sinceCommit;
    if (this.isEmpty) {
      const { stateSinceMs } = this;
      return stateSinceMs === undefined ? sinceCommit : { baseTimestampMs: () => stateSinceMs };
    }
    const isKnown = this.protocolType === CONSUMER_PROTOCOL_TYPE && this.subscribedTopics !== undefined;
    return isKnown && this.state === 'Stable' ? sinceCommit : undefined;
  }

  tombstones(): readonly GroupRecord[] {
    return [{ type: 'group-metadata', key: { group: this.groupId }, value: null }];
  }

  #countProtocols(protocols: readonly MemberProtocol[], by: 1 | -1): void {
    this.#held?.change(by * metadataSizeBytes(protocols));
    for (const { name } of protocols) {
      const count = (this.#protocolCounts.get(name) ?? 0) + by;
      if (count === 0) this.#protocolCounts.delete(name);
      else this.#protocolCounts.set(name, count);
    }
  }
}

const sinceCommit: OffsetExpiry = { baseTimestampMs: (commitTimestampMs) => commitTimestampMs };
