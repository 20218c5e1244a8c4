import type { JoinGroupRequestProtocol } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import type { MemberSession } from './member-session.ts';

/** One way of sharing partitions out that a member knows ("range"), with what its leader needs to know of the member. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** A member of a classic group: what the group's record keeps of it, and what it waits for. */
export interface ClassicMember {
  readonly memberId: string;
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly session: MemberSession;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  /** In the order of its preference, each name once. After a restart only the chosen one is known. */
  protocols: readonly MemberProtocol[];
  /** Of the last generation that was stable; empty if it has none, or lost it to a rebalance. Given by applying the group's record alone. */
  assignment: Buffer;
  awaitingJoin: Pending<JoinGroupResponseInput> | undefined;
  awaitingSync: Pending<SyncGroupResponseInput> | undefined;
  /** Its first JoinGroup is not answered yet: it has no member id that it could send heartbeats with. */
  isNew: boolean;
}

/** Somebody who waits for an answer needs no heartbeat; a new member's wait is bounded by a timeout of its own. */
export function isExcusedFromHeartbeat(member: ClassicMember): boolean {
  return !member.isNew && (member.awaitingJoin !== undefined || member.awaitingSync !== undefined);
}

export function metadataOf(member: ClassicMember, protocol: string): Buffer | undefined {
  return member.protocols.find(({ name }) => name === protocol)?.metadata;
}

/** As Kafka compares them: the same in the same order. */
export function hasSameProtocols(member: ClassicMember, protocols: readonly MemberProtocol[]): boolean {
  if (protocols.length !== member.protocols.length) return false;
  return member.protocols.every(({ name, metadata }, index) => {
    const other = protocols[index];
    return other !== undefined && other.name === name && other.metadata.equals(metadata);
  });
}

export function metadataSizeBytes(protocols: readonly MemberProtocol[]): number {
  let sizeBytes = 0;
  for (const { metadata } of protocols) sizeBytes += metadata.length;
  return sizeBytes;
}

/** Of a name that comes twice the first counts. */
export function withoutRepeatedNames(protocols: readonly JoinGroupRequestProtocol[]): readonly MemberProtocol[] {
  const names = new Set<string>();
  return protocols.filter(({ name }) => !names.has(name) && names.add(name));
}
