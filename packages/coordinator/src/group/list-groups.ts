import type { ListGroupsRequest } from '@sluice/protocol/generated/messages/list-groups-request';
import type { ListedGroupInput } from '@sluice/protocol/generated/messages/list-groups-response';
import type { Group, GroupTable } from './group.ts';

/** Groups in one of the states (KIP-518) and of one of the types (KIP-848), whatever the case; no filter lets all pass. */
export function listGroups(table: GroupTable, { statesFilter, typesFilter }: ListGroupsRequest): ListedGroupInput[] {
  const states = new Set(statesFilter.map((state) => state.trim().toLowerCase()));
  const types = new Set(typesFilter.map((type) => type.toLowerCase()));
  const listed: ListedGroupInput[] = [];
  for (const group of table.values()) {
    if (states.size > 0 && !states.has(group.stateName.toLowerCase())) continue;
    if (types.size > 0 && !types.has(group.type)) continue;
    listed.push(describe(group));
  }
  return listed;
}

function describe({ groupId, protocolType, stateName, type }: Group): ListedGroupInput {
  return { groupId, protocolType, groupState: stateName, groupType: type };
}
