import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import type { GroupMetadataValueInput } from '@sluice/protocol/generated/records/group/group-metadata-value';
import type { GroupRecord } from '../group-record.ts';
import type { ClassicGroup } from './classic-group.ts';
import { type ClassicMember, metadataOf } from './classic-member.ts';

export type GroupMetadataRecord = Extract<GroupRecord, { type: 'group-metadata' }>;

/**
 * A record larger than a batch of the log may be (`max.message.bytes`, 1 MiB by default, less what is around it) would
 * fail the whole shard.
 */
export const GROUP_METADATA_SIZE_BYTES_MAX = 1_000_000;
/** Of a member's numbers and the lengths of its fields. */
const MEMBER_OVERHEAD_BYTES = 32;

/** The generation as it is, with these assignments; whoever has none gets an empty one. */
export function groupMetadataRecord(
  group: ClassicGroup,
  assignmentOf: (member: ClassicMember) => Buffer | undefined,
): GroupMetadataRecord {
  const { protocol } = group;
  const value: GroupMetadataValueInput = {
    protocolType: group.protocolType,
    generation: group.generation,
    protocol: protocol ?? null,
    leader: group.leaderId ?? null,
    currentStateTimestamp: group.stateSinceMs ?? -1,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: (protocol === undefined ? undefined : metadataOf(member, protocol)) ?? EMPTY_BYTES,
      assignment: assignmentOf(member) ?? EMPTY_BYTES,
    })),
  };
  return { type: 'group-metadata', key: { group: group.groupId }, value };
}

/** A group that is there, and has no generation yet. */
export function emptyGroupRecord(group: ClassicGroup): GroupMetadataRecord {
  const value = {
    protocolType: '',
    generation: 0,
    protocol: null,
    leader: null,
    currentStateTimestamp: group.stateSinceMs ?? -1,
    members: [],
  };
  return { type: 'group-metadata', key: { group: group.groupId }, value };
}

export function fitsTheLog({ value }: GroupMetadataRecord): boolean {
  let sizeBytes = 0;
  for (const member of value?.members ?? []) {
    sizeBytes += MEMBER_OVERHEAD_BYTES + member.subscription.length + member.assignment.length;
    sizeBytes += Buffer.byteLength(member.memberId) + Buffer.byteLength(member.clientId);
    sizeBytes += Buffer.byteLength(member.clientHost) + Buffer.byteLength(member.groupInstanceId ?? '');
  }
  return sizeBytes <= GROUP_METADATA_SIZE_BYTES_MAX;
}
