import type { ClassicMemberMetadataInput } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-value';
import { hasSamePartitions, NO_PARTITIONS, type OwnedPartitions } from './owned-partitions.ts';

/**
 * Stable: it has what it was told. Unrevoked: it was told to give something up, and still has it. Unreleased: it waits for
 * what others have to give up. Unknown: a later version of Kafka wrote it.
 */
export type MemberState = 'stable' | 'unrevoked-partitions' | 'unreleased-partitions' | 'unknown';

/** A static member that left for a while: its place is kept (KIP-848). */
export const EPOCH_OF_ABSENT_STATIC_MEMBER = -2;
export const EPOCH_OF_LEAVING_MEMBER = -1;

/** A member of a consumer group; every change makes a new one. */
export interface ConsumerGroupMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopics: ReadonlySet<string>;
  /** null and "" are none. */
  readonly subscribedRegex: string | null;
  /** The assignor that it would like for the group. */
  readonly serverAssignor: string | null;
  /** Of a member of the classic protocol, during an upgrade. */
  readonly classic: ClassicMemberMetadataInput | null;
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly assigned: OwnedPartitions;
  /** What it is to give up, and says to have still. */
  readonly pendingRevocation: OwnedPartitions;
}

const NO_TOPICS: ReadonlySet<string> = new Set();

export function newConsumerGroupMember(memberId: string): ConsumerGroupMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    rebalanceTimeoutMs: -1,
    subscribedTopics: NO_TOPICS,
    subscribedRegex: '',
    serverAssignor: null,
    classic: null,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: 'stable',
    assigned: NO_PARTITIONS,
    pendingRevocation: NO_PARTITIONS,
  };
}

/** What a request says of a member; undefined leaves it as it was. */
export interface MemberUpdate {
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  readonly rebalanceTimeoutMs: number | undefined;
  readonly serverAssignor: string | undefined;
  readonly subscribedTopics: readonly string[] | undefined;
  readonly subscribedRegex: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly classic: ClassicMemberMetadataInput | null;
}

/** The same object if nothing changes, which is so for nearly every heartbeat. */
export function updateMember(member: ConsumerGroupMember, update: MemberUpdate): ConsumerGroupMember {
  const updated: ConsumerGroupMember = {
    ...member,
    instanceId: update.instanceId ?? member.instanceId,
    rackId: update.rackId ?? member.rackId,
    rebalanceTimeoutMs: update.rebalanceTimeoutMs ?? member.rebalanceTimeoutMs,
    serverAssignor: update.serverAssignor ?? member.serverAssignor,
    subscribedTopics: mergedTopics(member.subscribedTopics, update.subscribedTopics),
    subscribedRegex: update.subscribedRegex ?? member.subscribedRegex,
    clientId: update.clientId,
    clientHost: update.clientHost,
    classic: update.classic,
  };
  return hasSameMetadata(member, updated) ? member : updated;
}

function mergedTopics(current: ReadonlySet<string>, update: readonly string[] | undefined): ReadonlySet<string> {
  if (update === undefined) return current;
  const topics = new Set([...update].sort());
  return isSameSet(topics, current) ? current : topics;
}

export function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const element of one) if (!other.has(element)) return false;
  return true;
}

function hasSameMetadata(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.serverAssignor === other.serverAssignor &&
    one.subscribedTopics === other.subscribedTopics &&
    one.subscribedRegex === other.subscribedRegex &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    isSameClassic(one.classic, other.classic)
  );
}

function isSameClassic(one: ClassicMemberMetadataInput | null, other: ClassicMemberMetadataInput | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.sessionTimeoutMs !== other.sessionTimeoutMs) return false;
  if (one.supportedProtocols.length !== other.supportedProtocols.length) return false;
  return one.supportedProtocols.every(({ name, metadata }, index) => {
    const protocol = other.supportedProtocols[index];
    return protocol !== undefined && protocol.name === name && protocol.metadata.equals(metadata);
  });
}

export function hasSameCurrentAssignment(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  if (one === other) return true;
  return (
    one.memberEpoch === other.memberEpoch &&
    one.previousMemberEpoch === other.previousMemberEpoch &&
    one.state === other.state &&
    hasSamePartitions(one.assigned, other.assigned) &&
    hasSamePartitions(one.pendingRevocation, other.pendingRevocation)
  );
}

export function isReconciledTo(member: ConsumerGroupMember, assignmentEpoch: number): boolean {
  return member.state === 'stable' && member.memberEpoch === assignmentEpoch;
}

/** The regular expression that it subscribes to; undefined if none. */
export function regexOf(member: ConsumerGroupMember | undefined): string | undefined {
  const regex = member?.subscribedRegex;
  return regex === null || regex === '' ? undefined : regex;
}
