import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Refusal, refuse } from '../consumer/refusal.ts';
import type { GroupTable } from '../group.ts';
import { shown } from '../shown.ts';
import { asShareGroup } from './apply-record.ts';
import { ShareGroup } from './share-group.ts';

/** The share group of this id; who joins makes it if need be. A group of another kind is none, even an empty one. */
export function findShareGroup(table: GroupTable, groupId: string, mayBeMade: boolean): ShareGroup | Refusal {
  const existing = table.get(groupId);
  if (existing === undefined) {
    return mayBeMade
      ? new ShareGroup(groupId)
      : refuse(ErrorCode.GROUP_ID_NOT_FOUND, `There is no share group ${shown(groupId)}.`);
  }
  return (
    asShareGroup(existing) ?? refuse(ErrorCode.GROUP_ID_NOT_FOUND, `Group ${shown(groupId)} is not a share group.`)
  );
}

/** The same for what may be done to a group without members only. */
export function findEmptyShareGroup(table: GroupTable, groupId: string, mayBeMade: boolean): ShareGroup | Refusal {
  const group = findShareGroup(table, groupId, mayBeMade);
  if (!(group instanceof ShareGroup) || group.isEmpty) return group;
  return refuse(ErrorCode.NON_EMPTY_GROUP, `Group ${shown(groupId)} has members.`);
}
