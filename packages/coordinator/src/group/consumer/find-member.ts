import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { GroupRecord } from '../group-record.ts';
import { shown } from '../shown.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import {
  type ConsumerGroupMember,
  EPOCH_OF_ABSENT_STATIC_MEMBER,
  newConsumerGroupMember,
} from './consumer-group-member.ts';
import { currentAssignmentRecord, memberRecord, memberTombstones, targetRecord } from './consumer-group-records.ts';
import { isWithin } from './owned-partitions.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Who a request says to come from. */
export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly isJoining: boolean;
  /** `undefined` for a member of the classic protocol: its generation is looked at elsewhere. */
  readonly epoch: number | undefined;
  readonly claimed: readonly TopicPartitions[] | null;
}

/** The member as it is, or a new one; a static member that comes back takes its old place, for which records are added. */
export function findMember(
  group: ConsumerGroup,
  claim: MemberClaim,
  records: GroupRecord[],
): ConsumerGroupMember | Refusal {
  const { memberId, instanceId, isJoining } = claim;
  if (instanceId !== null) return findStaticMember(group, instanceId, claim, records);
  const member = group.members.get(memberId);
  if (member !== undefined) return epochRefusal(member, claim) ?? member;
  return isJoining ? newConsumerGroupMember(memberId) : unknownMember(group.groupId, memberId);
}

function findStaticMember(
  group: ConsumerGroup,
  instanceId: string,
  claim: MemberClaim,
  records: GroupRecord[],
): ConsumerGroupMember | Refusal {
  const { memberId, isJoining } = claim;
  const current = group.memberOfInstance(instanceId);
  if (!isJoining) {
    if (current === undefined || current.memberId !== memberId) return instanceRefusal(current, instanceId, memberId);
    return epochRefusal(current, claim) ?? current;
  }
  if (current === undefined) return group.members.get(memberId) ?? newConsumerGroupMember(memberId);
  const isClassic = claim.epoch === undefined || current.classic !== null;
  if (!isClassic && current.memberEpoch !== EPOCH_OF_ABSENT_STATIC_MEMBER) {
    return refuse(
      ErrorCode.UNRELEASED_INSTANCE_ID,
      `Instance ${shown(instanceId)} is member ${shown(current.memberId)}, which has not left: ${shown(memberId)} cannot take its place.`,
    );
  }
  const replacement = { ...current, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  const { groupId } = group;
  records.push(
    ...memberTombstones(groupId, current.memberId),
    memberRecord(groupId, replacement),
    targetRecord(groupId, memberId, group.target(current.memberId)),
    currentAssignmentRecord(groupId, replacement),
  );
  return replacement;
}

export function unknownMember(groupId: string, memberId: string): Refusal {
  return refuse(ErrorCode.UNKNOWN_MEMBER_ID, `Group ${shown(groupId)} has no member ${shown(memberId)}.`);
}

/** A static member that is not there, or is somebody else. */
export function instanceRefusal(
  current: ConsumerGroupMember | undefined,
  instanceId: string,
  memberId: string,
): Refusal {
  if (current === undefined) return refuse(ErrorCode.UNKNOWN_MEMBER_ID, `Instance ${shown(instanceId)} is not known.`);
  return refuse(
    ErrorCode.FENCED_INSTANCE_ID,
    `Member ${shown(current.memberId)} has taken the place of ${shown(memberId)} as instance ${shown(instanceId)}.`,
  );
}

/**
 * Whoever joins (again) may do so at any time. Whoever is one step behind did not get the answer that moved it on: it is
 * let in if it has nothing that it may not have.
 */
function epochRefusal(member: ConsumerGroupMember, { epoch, claimed }: MemberClaim): Refusal | undefined {
  if (epoch === undefined || epoch === 0 || epoch === member.memberEpoch) return undefined;
  const isOneBehind = epoch < member.memberEpoch && epoch === member.previousMemberEpoch;
  if (isOneBehind && isWithin(claimed, member.assigned)) return undefined;
  return refuse(
    ErrorCode.FENCED_MEMBER_EPOCH,
    `The member is at epoch ${member.memberEpoch} and not ${epoch}: it has to give up everything and join again.`,
  );
}
