import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Pending, type PutOff, replyTo } from '../runtime/coordinator-shard.ts';
import type { GroupTable } from './group.ts';
import type { GroupOffsets, GroupStep } from './group-parts.ts';
import type { GroupRecord } from './group-record.ts';

/** Offsets that go in one step: a group may have a million, and others are to have their turn in between. */
export const DELETED_OFFSETS_PER_STEP_MAX = 2000;

export interface GroupDeletion {
  readonly table: GroupTable;
  readonly offsets: GroupOffsets;
  readonly putOff: PutOff<GroupRecord>;
}

/** An empty group goes with its offsets. Should it come to life before the last of them are gone, it stays with the rest. */
export function deleteGroup(deletion: GroupDeletion, groupId: string, pending: Pending<number>): GroupStep {
  const { table, offsets, putOff } = deletion;
  const group = table.get(groupId);
  const errorCode = group === undefined ? ErrorCode.GROUP_ID_NOT_FOUND : group.deleteError();
  if (group === undefined || errorCode !== ErrorCode.NONE) {
    return { records: [], replies: [replyTo(pending, errorCode)] };
  }
  const records = offsets.tombstones(groupId, DELETED_OFFSETS_PER_STEP_MAX);
  if (records.length === DELETED_OFFSETS_PER_STEP_MAX) {
    putOff(pending, () => deleteGroup(deletion, groupId, pending));
    return { records, replies: [], isAtomic: false };
  }
  return {
    // The group last: it can be deleted again as long as something of it is there.
    records: [...records, ...group.tombstones()],
    replies: [replyTo(pending, ErrorCode.NONE)],
    isAtomic: false,
  };
}
