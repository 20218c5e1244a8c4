import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { OffsetCommitClaim } from '../group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

/** Since then OffsetCommit speaks of member epochs (KIP-848). */
const MEMBER_EPOCHS_VERSION = 9;

type Members = ReadonlyMap<string, ConsumerGroupMember>;

/** May it commit at all? With an epoch of the past, partition by partition decides (KIP-1251). */
export function commitError(members: Members, commit: OffsetCommitClaim): number {
  const { memberId, groupInstanceId, generationOrEpoch, isTransactional, apiVersion } = commit;
  // An admin, or a consumer that assigns itself, may commit for a group that has no members.
  if (generationOrEpoch < 0 && members.size === 0) return ErrorCode.NONE;
  // TxnOffsetCommit before version 3 says no member (KIP-447).
  const isAnonymous = memberId === '' && groupInstanceId === null && generationOrEpoch === -1;
  if (isTransactional && isAnonymous) return ErrorCode.NONE;
  const member = members.get(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (!isTransactional && member.classic === null && apiVersion < MEMBER_EPOCHS_VERSION) {
    return ErrorCode.UNSUPPORTED_VERSION;
  }
  return generationOrEpoch > member.memberEpoch ? epochError(member) : ErrorCode.NONE;
}

/** A member may commit what it was assigned at the epoch that it claims, or before. */
export function partitionError(
  members: Members,
  commit: OffsetCommitClaim,
  topicId: Uuid | undefined,
  partition: number,
): number {
  const member = members.get(commit.memberId);
  if (member === undefined || commit.generationOrEpoch === member.memberEpoch) return ErrorCode.NONE;
  if (topicId === undefined) return epochError(member);
  const assignmentEpoch =
    member.assigned.get(topicId)?.get(partition) ?? member.pendingRevocation.get(topicId)?.get(partition);
  const isOwned = assignmentEpoch !== undefined && assignmentEpoch <= commit.generationOrEpoch;
  return isOwned ? ErrorCode.NONE : epochError(member);
}

export function fetchError(members: Members, memberId: string | null, memberEpoch: number): number {
  if (memberId === null && memberEpoch < 0) return ErrorCode.NONE;
  const member = memberId === null ? undefined : members.get(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  return memberEpoch === member.memberEpoch ? ErrorCode.NONE : epochError(member);
}

function epochError(member: ConsumerGroupMember): number {
  return member.classic === null ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION;
}
