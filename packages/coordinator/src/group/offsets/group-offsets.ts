import type { TimestampMs } from '@sluice/kernel/ids';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { OffsetFetchResponseGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { NOTHING, type Pending, replyTo, type Step } from '../../runtime/coordinator-shard.ts';
import type { Group, GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupOffsets } from '../group-parts.ts';
import type { GroupRecord } from '../group-record.ts';
import { claimOf, commitError, commitFailure, commitOffsets } from './commit-offsets.ts';
import { createCommittedOffsets } from './committed-offsets.ts';
import { deleteOffsets, groupTombstones, topicTombstones } from './delete-offsets.ts';
import { EXPIRY_SLICE_OFFSETS_MAX, expireGroup } from './expire-offsets.ts';
import { beginFetch, FETCH_SLICE_OFFSETS_MAX, fetchError, type OffsetsFetch } from './fetch-offsets.ts';
import { createPendingOffsets } from './pending-offsets.ts';
import { asOffsetCommit, asTxnResponse, toTransactionError, txnCommitFailure } from './txn-commit.ts';

const EXPIRY_TIMER = 'offsets: expiry';
const DELETION_TIMER = 'offsets: deleted topics';
/** Tombstones that one look writes before others have their turn, a look for a topic of a group counting as one more. */
export const DELETION_SLICE_OFFSETS_MAX = 2_000;

/**
 * The committed offsets of all groups of a shard. `createSimpleGroup` makes the group that an offset belongs to where
 * nobody joined one: a consumer that assigns itself its partitions, or an admin.
 */
export function createGroupOffsets(
  { topics, settings, timers, putOff }: GroupEnvironment,
  table: GroupTable,
  createSimpleGroup: (groupId: string, now: TimestampMs) => Group,
): GroupOffsets {
  const committed = createCommittedOffsets(topics, (groupId) => table.get(groupId)?.groupId ?? groupId);
  const pending = createPendingOffsets();
  /** Some of their offsets may still be there. */
  const deletedTopics = new Set<string>();

  function groupOf(groupId: string, now: TimestampMs): Group {
    const known = table.get(groupId);
    if (known !== undefined) return known;
    const group = createSimpleGroup(groupId, now);
    table.set(group);
    return group;
  }

  /** Looks at some groups, then at the next ones, until all were seen; and again after the interval. */
  function planExpiry(): void {
    timers.set(EXPIRY_TIMER, settings.offsets.retentionCheckIntervalMs, (now) =>
      expireSome(table.values()[Symbol.iterator](), now),
    );
  }

  function expireSome(groups: Iterator<Group>, now: TimestampMs): Step<GroupRecord> {
    const records: GroupRecord[] = [];
    let seen = 0;
    let next = groups.next();
    while (next.done !== true) {
      seen += 1 + expireGroup(next.value, committed, pending, settings.offsets.retentionMs, now, records);
      if (seen >= EXPIRY_SLICE_OFFSETS_MAX) break;
      next = groups.next();
    }
    if (next.done === true) planExpiry();
    else timers.set(EXPIRY_TIMER, 0, (later) => expireSome(groups, later));
    return { records, replies: [], isAtomic: false };
  }

  function isGone(topic: string, topicId: string): boolean {
    return topicId === ZERO_UUID || topics.byName(topic)?.id !== topicId;
  }

  /** Offsets of deleted topics: of some groups now, then of the next ones, until all were seen. */
  function forgetSome(tombstones: Iterator<readonly GroupRecord[]>): Step<GroupRecord> {
    const records: GroupRecord[] = [];
    for (let looks = 0; looks + records.length < DELETION_SLICE_OFFSETS_MAX; looks++) {
      const next = tombstones.next();
      if (next.done === true) {
        timers.cancel(DELETION_TIMER);
        deletedTopics.clear();
        return { records, replies: [], isAtomic: false };
      }
      for (const record of next.value) records.push(record);
    }
    timers.set(DELETION_TIMER, 0, () => forgetSome(tombstones));
    return { records, replies: [], isAtomic: false };
  }

  /** Some offsets now, then the next ones, until all were read. */
  function goOnFetching(fetch: OffsetsFetch, waiting: Pending<OffsetFetchResponseGroupInput>): Step<GroupRecord> {
    if (fetch.advance(FETCH_SLICE_OFFSETS_MAX)) return { records: [], replies: [replyTo(waiting, fetch.response)] };
    putOff(waiting, () => goOnFetching(fetch, waiting));
    return NOTHING;
  }

  return {
    commit(request, context, now, waiting) {
      const claim = claimOf(request, context);
      const errorCode = commitError(table.get(request.groupId), claim);
      if (errorCode !== ErrorCode.NONE) {
        return { records: [], replies: [replyTo(waiting, commitFailure(request, errorCode))] };
      }
      const group = groupOf(request.groupId, now);
      const { records, response } = commitOffsets(request, claim, group, { topics, settings }, now);
      return { records, replies: [replyTo(waiting, response)] };
    },
    commitInTransaction(request, transaction, context, now, waiting) {
      const plain = asOffsetCommit(request);
      const claim = { ...claimOf(plain, context), isTransactional: true };
      const errorCode = toTransactionError(commitError(table.get(request.groupId), claim));
      if (errorCode !== ErrorCode.NONE) {
        return { records: [], replies: [replyTo(waiting, txnCommitFailure(request, errorCode))] };
      }
      const group = groupOf(request.groupId, now);
      const { records, response } = commitOffsets(plain, claim, group, { topics, settings }, now);
      const replies = [replyTo(waiting, asTxnResponse(response))];
      return records.length === 0 ? { records, replies } : { records, replies, transaction };
    },
    fetch(request, requireStable, { apiVersion }, waiting) {
      const failure = fetchError(request, table.get(request.groupId), apiVersion);
      if (failure !== undefined) return { records: [], replies: [replyTo(waiting, failure)] };
      return goOnFetching(beginFetch(request, { committed, pending, topics }, requireStable), waiting);
    },
    delete(request, waiting) {
      const { records, response } = deleteOffsets(request, table.get(request.groupId), committed, pending);
      return { records, replies: [replyTo(waiting, response)] };
    },
    tombstones: (groupId, countMax) => groupTombstones(groupId, committed, pending, countMax),
    hasOffsets: (groupId) => committed.ofGroup(groupId) !== undefined,
    apply({ key, value }, { offset, producerId, isTransactional, timestampMs }) {
      if (value === null) {
        committed.delete(key);
        pending.delete(key);
        return;
      }
      groupOf(key.group, timestampMs);
      if (isTransactional) {
        pending.add(producerId, key, value, offset);
      } else {
        committed.set(key, value);
        pending.supersede(key);
      }
    },
    endTransaction: (producerId, isCommitted) => pending.end(producerId, isCommitted, committed),
    onLoaded() {
      planExpiry();
      return NOTHING;
    },
    onUnloaded() {},
    onTopicsChanged(deleted) {
      if (deleted.length === 0) return NOTHING;
      // What was not looked at yet for earlier ones is looked at again.
      for (const topic of deleted) deletedTopics.add(topic);
      return forgetSome(topicTombstones(deletedTopics, isGone, committed, pending));
    },
  };
}
