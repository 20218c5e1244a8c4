import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import { joinFailed } from '../failed-responses.ts';
import type { ClassicGroup } from './classic-group.ts';
import { type ClassicMember, metadataOf } from './classic-member.ts';

/** The first version whose protocol name may be null. */
const NULL_PROTOCOL_NAME_VERSION = 7;

/** Of any version: `inVersion` sees to the rest. */
export function joinError(errorCode: number, memberId: string): JoinGroupResponseInput {
  return joinFailed(errorCode, memberId, NULL_PROTOCOL_NAME_VERSION);
}

/** What a member is told of the generation; its leader is told of everybody. */
export function joinedAs(group: ClassicGroup, member: ClassicMember): JoinGroupResponseInput {
  return {
    errorCode: 0,
    memberId: member.memberId,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocol ?? null,
    leader: group.leaderId ?? '',
    members: group.leaderId === member.memberId ? membersForLeader(group) : [],
  };
}

export function syncedWith(group: ClassicGroup, assignment: Buffer): SyncGroupResponseInput {
  return { errorCode: 0, protocolType: group.protocolType, protocolName: group.protocol ?? null, assignment };
}

/** "No protocol" is null; old versions have no null, and are told "". */
export function inVersion(
  pending: Pending<JoinGroupResponseInput>,
  apiVersion: number,
): Pending<JoinGroupResponseInput> {
  const none = apiVersion >= NULL_PROTOCOL_NAME_VERSION ? null : '';
  return {
    answer: (response) => pending.answer({ ...response, protocolName: response.protocolName || none }),
    fail: (errorCode) => pending.fail(errorCode),
  };
}

function membersForLeader(group: ClassicGroup): JoinGroupResponseInput['members'] {
  const { protocol } = group;
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: (protocol === undefined ? undefined : metadataOf(member, protocol)) ?? EMPTY_BYTES,
  }));
}
