import type { TimestampMs } from '@sluice/kernel/ids';
import type { Group, OffsetExpiry } from '../group.ts';
import type { GroupRecord } from '../group-record.ts';
import type { CommittedOffsets } from './committed-offsets.ts';
import { offsetTombstone } from './delete-offsets.ts';
import type { PendingOffsets } from './pending-offsets.ts';
import type { CommittedOffset } from './topic-offsets.ts';

/** How much one look at the groups may do before others have their turn: offsets, a group counting as one more. */
export const EXPIRY_SLICE_OFFSETS_MAX = 10_000;

/**
 * Tombstones for offsets that the group no longer needs, and for a group without members that has no offsets (left).
 * Returns how many offsets were looked at.
 */
export function expireGroup(
  group: Group,
  committed: CommittedOffsets,
  pending: PendingOffsets,
  retentionMs: number,
  now: TimestampMs,
  records: GroupRecord[],
): number {
  // It has no offsets of this kind, and stays until somebody deletes it.
  if (group.type === 'share') return 0;
  const byTopic = committed.ofGroup(group.groupId);
  const expiry = byTopic === undefined ? undefined : group.offsetExpiry();
  let seen = 0;
  let kept = 0;
  for (const [topic, offsets] of byTopic ?? []) {
    seen += offsets.size;
    if (expiry === undefined || group.isSubscribedTo(topic)) {
      kept += offsets.size;
      continue;
    }
    for (const offset of offsets.values()) {
      if (isExpired(offset, expiry, retentionMs, now) && !pending.has(group.groupId, topic, offset.partition)) {
        records.push(offsetTombstone(group.groupId, topic, offset.partition));
      } else {
        kept++;
      }
    }
  }
  if (kept === 0 && group.isEmpty && !pending.hasOfGroup(group.groupId)) records.push(...group.tombstones());
  return seen;
}

function isExpired(
  { expireTimestampMs, commitTimestampMs }: CommittedOffset,
  expiry: OffsetExpiry,
  retentionMs: number,
  now: TimestampMs,
): boolean {
  if (expireTimestampMs !== -1) return now >= expireTimestampMs;
  return now - expiry.baseTimestampMs(commitTimestampMs) >= retentionMs;
}
