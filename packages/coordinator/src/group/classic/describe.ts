import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { ClassicGroup } from './classic-group.ts';
import { metadataOf } from './classic-member.ts';

/** As DescribeGroups shows it: what members told their leader only while the group is stable. */
export function describeGroup(group: ClassicGroup): DescribedGroupInput {
  const protocol = group.state === 'Stable' ? group.protocol : undefined;
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: group.stateName,
    protocolType: group.protocolType,
    protocolData: protocol ?? '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: (protocol === undefined ? undefined : metadataOf(member, protocol)) ?? EMPTY_BYTES,
      memberAssignment: member.assignment,
    })),
  };
}
