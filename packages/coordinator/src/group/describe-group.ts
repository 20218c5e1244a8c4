import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { DescribedGroupInput as DescribedConsumerGroupInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { GroupTable } from './group.ts';
import type { ClassicGroups, ConsumerGroups } from './group-parts.ts';
import { shown } from './shown.ts';

/** DescribeGroups says so since v6 (KIP-1043); before, a group that is none was a dead one. */
const NOT_FOUND_FROM = 6;

export function describeGroup(
  table: GroupTable,
  classic: ClassicGroups,
  groupId: string,
  apiVersion: number,
): DescribedGroupInput {
  const group = table.get(groupId);
  if (group?.type === 'classic') return classic.describe(groupId, apiVersion);
  if (apiVersion < NOT_FOUND_FROM) return undescribedGroup(groupId, ErrorCode.NONE, 'Dead');
  const errorMessage =
    group === undefined ? `Group ${shown(groupId)} not found.` : `Group ${shown(groupId)} is not a classic group.`;
  return { ...undescribedGroup(groupId, ErrorCode.GROUP_ID_NOT_FOUND, 'Dead'), errorMessage };
}

export function describeConsumerGroup(
  table: GroupTable,
  consumer: ConsumerGroups,
  groupId: string,
): DescribedConsumerGroupInput {
  const group = table.get(groupId);
  if (group?.type === 'consumer') return consumer.describe(groupId);
  const errorMessage =
    group === undefined ? `Group ${shown(groupId)} not found.` : `Group ${shown(groupId)} is not a consumer group.`;
  return undescribedConsumerGroup(groupId, ErrorCode.GROUP_ID_NOT_FOUND, errorMessage);
}

export function undescribedGroup(groupId: string, errorCode: number, groupState = ''): DescribedGroupInput {
  return { errorCode, groupId, groupState, protocolType: '', protocolData: '', members: [] };
}

export function undescribedConsumerGroup(
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
): DescribedConsumerGroupInput {
  const nothing = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
  return { errorCode, errorMessage, groupId, ...nothing };
}
