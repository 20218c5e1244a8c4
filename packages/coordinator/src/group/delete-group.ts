import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Pending, replyTo } from '../runtime/coordinator-shard.ts';
import type { GroupTable } from './group.ts';
import type { GroupOffsets, GroupStep } from './group-parts.ts';

/** An empty group goes with its offsets. */
export function deleteGroup(
  table: GroupTable,
  offsets: GroupOffsets,
  groupId: string,
  pending: Pending<number>,
): GroupStep {
  const group = table.get(groupId);
  const errorCode = group === undefined ? ErrorCode.GROUP_ID_NOT_FOUND : group.deleteError();
  if (group === undefined || errorCode !== ErrorCode.NONE) {
    return { records: [], replies: [replyTo(pending, errorCode)] };
  }
  return {
    // The group last: it can be deleted again as long as something of it is there.
    records: [...offsets.tombstones(groupId), ...group.tombstones()],
    replies: [replyTo(pending, ErrorCode.NONE)],
    isAtomic: false,
  };
}
