import type { LeaderEpoch, Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type CoordinatorShard, NOTHING, type Pending, replyTo, type Step } from '../runtime/coordinator-shard.ts';
import { combineBatches } from './combine-batches.ts';
import type { PersisterResult, ReadShareState, SharePartitionKey, WriteShareState } from './persister.ts';
import type { ShareEnvironment } from './share-environment.ts';
import type { ShareRecord, ShareStateUpdate } from './share-record-serde.ts';
import { coordinatorKey, NO_COUNT, NO_EPOCH, NO_OFFSET, type ShareState } from './share-state.ts';

/** Share partitions that are written again, or forgotten, in one step: others are to have their turn in between. */
export const KEYS_PER_STEP_MAX = 1000;

/**
 * Batches of one share partition. A group has no more records in flight than 10,000 (`group.share.partition.max.record.locks`
 * at its highest), and each is in one of them.
 */
export const STATE_BATCHES_MAX = 10_000;

export type ShareStep = Step<ShareRecord>;

/** ReadShareGroupStateSummary's answer for one share partition. */
export interface ShareStateSummary {
  readonly stateEpoch: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
}

/** The share partitions of one partition of `__share_group_state`. */
export interface ShareShard extends CoordinatorShard<ShareRecord> {
  initialize(
    key: SharePartitionKey,
    stateEpoch: number,
    startOffset: Offset,
    now: TimestampMs,
    pending: Pending<PersisterResult<undefined>>,
  ): ShareStep;
  /** Also keeps the reader's leader epoch, if it is another. */
  read(
    key: SharePartitionKey,
    leaderEpoch: LeaderEpoch,
    now: TimestampMs,
    pending: Pending<PersisterResult<ReadShareState>>,
  ): ShareStep;
  write(
    key: SharePartitionKey,
    state: WriteShareState,
    now: TimestampMs,
    pending: Pending<PersisterResult<undefined>>,
  ): ShareStep;
  readSummary(key: SharePartitionKey, pending: Pending<PersisterResult<ShareStateSummary>>): ShareStep;
  delete(key: SharePartitionKey, pending: Pending<PersisterResult<undefined>>): ShareStep;
  /** Forgets what belongs to topics that are gone. */
  onTopicsDeleted(topicIds: ReadonlySet<Uuid>): ShareStep;
  /** Answers with the offset below which no record is needed, once all that it rests on is committed. */
  firstNeededOffset(pending: Pending<Offset | undefined>): ShareStep;
}

interface Held {
  readonly key: SharePartitionKey;
  state: ShareState;
  /** The highest that was ever seen: an initialisation does not lower it. */
  leaderEpochMax: LeaderEpoch;
  stateEpochMax: number;
  /** Updates since the snapshot. */
  updateCount: number;
  snapshotOffset: Offset;
}

const OK: PersisterResult<undefined> = { response: undefined };

export function createShareShard(environment: ShareEnvironment): ShareShard {
  const { settings, timers } = environment;
  const heldByKey = new Map<string, Held>();
  /** Of the last tombstone: nothing before it is needed where nothing is held. */
  let tombstoneOffset: Offset | undefined;

  function heldOf(key: SharePartitionKey): Held | undefined {
    return heldByKey.get(coordinatorKey(key));
  }

  function topicFault({ topicId, partition }: SharePartitionKey): Fault | undefined {
    const isThere = partition < (environment.partitionCount(topicId) ?? 0);
    return isThere ? undefined : fault(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such partition.');
  }

  /** What a write comes to: an update, or after many of these a snapshot of it all. */
  function recordOf(held: Held, change: ShareStateUpdate, now: TimestampMs): ShareRecord {
    const { key, state } = held;
    if (held.updateCount < settings().updatesPerSnapshot) {
      const stateBatches = combineBatches([], change.stateBatches, change.startOffset);
      return { type: 'update', key, update: { ...change, stateBatches } };
    }
    const merged = mergedState(state, change);
    const snapshotEpoch = state.snapshotEpoch + 1;
    return {
      type: 'snapshot',
      key,
      state: { ...merged, snapshotEpoch, createTimestampMs: now, writeTimestampMs: now },
    };
  }

  function applySnapshot(key: SharePartitionKey, state: ShareState | null, offset: Offset): void {
    const name = coordinatorKey(key);
    if (state === null) {
      heldByKey.delete(name);
      tombstoneOffset = offset;
      return;
    }
    const before = heldByKey.get(name);
    heldByKey.set(name, {
      key,
      state,
      leaderEpochMax: Math.max(before?.leaderEpochMax ?? state.leaderEpoch, state.leaderEpoch),
      stateEpochMax: Math.max(before?.stateEpochMax ?? state.stateEpoch, state.stateEpoch),
      updateCount: 0,
      snapshotOffset: offset,
    });
  }

  function applyUpdate(key: SharePartitionKey, update: ShareStateUpdate): void {
    const held = heldOf(key);
    // Its snapshot was deleted from the log, and so will it be.
    if (held === undefined) return;
    held.state = mergedState(held.state, update);
    held.leaderEpochMax = Math.max(held.leaderEpochMax, update.leaderEpoch);
    held.updateCount++;
  }

  /** What nobody writes keeps its snapshot where it is, and with it all that came after: they are written once more. */
  function snapshotCold(now: TimestampMs): ShareStep {
    const { coldSnapshotIntervalMs } = settings();
    const writtenBeforeMs = now - coldSnapshotIntervalMs;
    const records: ShareRecord[] = [];
    const areAllCold = [...heldByKey.values()].every(({ state }) => state.createTimestampMs !== state.writeTimestampMs);
    for (const { key, state } of areAllCold ? [] : heldByKey.values()) {
      if (state.writeTimestampMs > writtenBeforeMs) continue;
      const snapshotEpoch = state.snapshotEpoch + 1;
      records.push({ type: 'snapshot', key, state: { ...state, snapshotEpoch, writeTimestampMs: now } });
      if (records.length === KEYS_PER_STEP_MAX) break;
    }
    planColdSnapshots(records.length === KEYS_PER_STEP_MAX ? 0 : coldSnapshotIntervalMs);
    return { records, replies: [], isAtomic: false };
  }

  function planColdSnapshots(delayMs: number): void {
    timers.set('cold-snapshots', delayMs, snapshotCold);
  }

  return {
    apply(record, { offset }) {
      if (record.type === 'snapshot') applySnapshot(record.key, record.state, offset);
      else applyUpdate(record.key, record.update);
    },
    onLoaded() {
      planColdSnapshots(settings().coldSnapshotIntervalMs);
      return NOTHING;
    },
    onUnloaded: () => undefined,
    initialize(key, stateEpoch, startOffset, now, pending) {
      const held = heldOf(key);
      const refusal = partitionFault(key) ?? stateEpochFault(held, stateEpoch) ?? topicFault(key);
      if (refusal !== undefined) return refused(pending, refusal);
      const state: ShareState = {
        snapshotEpoch: held === undefined ? 0 : held.state.snapshotEpoch + 1,
        stateEpoch,
        leaderEpoch: 0,
        startOffset,
        deliveryCompleteCount: startOffset === NO_OFFSET ? NO_COUNT : 0,
        stateBatches: [],
        createTimestampMs: now,
        writeTimestampMs: now,
      };
      return { records: [{ type: 'snapshot', key, state }], replies: [replyTo(pending, OK)] };
    },
    read(key, leaderEpoch, now, pending) {
      const held = heldOf(key);
      const refusal =
        partitionFault(key) ?? notInitialized(held) ?? leaderEpochFault(held, leaderEpoch) ?? topicFault(key);
      if (held === undefined || refusal !== undefined) return refused(pending, refusal ?? NOT_INITIALIZED);
      const { stateEpoch, startOffset, stateBatches, deliveryCompleteCount } = held.state;
      const replies = [replyTo(pending, { response: { stateEpoch, startOffset, stateBatches } })];
      if (leaderEpoch === NO_EPOCH || leaderEpoch === held.leaderEpochMax) return { records: [], replies };
      const { snapshotEpoch } = held.state;
      const change = { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches: [] };
      return { records: [recordOf(held, change, now)], replies };
    },
    write(key, { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches }, now, pending) {
      const held = heldOf(key);
      const refusal =
        partitionFault(key) ??
        notInitialized(held) ??
        leaderEpochFault(held, leaderEpoch) ??
        stateEpochFault(held, stateEpoch) ??
        topicFault(key) ??
        sizeFault(held, stateBatches.length);
      if (held === undefined || refusal !== undefined) return refused(pending, refusal ?? NOT_INITIALIZED);
      if (environment.canary === 'forgets-writes') return { records: [], replies: [replyTo(pending, OK)] };
      const isForgetful = environment.canary === 'forgets-delivery-counts';
      const change = {
        snapshotEpoch: held.state.snapshotEpoch,
        // Only a read tells of another leader.
        leaderEpoch: held.state.leaderEpoch,
        startOffset,
        deliveryCompleteCount,
        stateBatches: isForgetful ? stateBatches.map((batch) => ({ ...batch, deliveryCount: 0 })) : stateBatches,
      };
      return { records: [recordOf(held, change, now)], replies: [replyTo(pending, OK)] };
    },
    readSummary(key, pending) {
      const refusal = partitionFault(key) ?? topicFault(key);
      if (refusal !== undefined) return refused(pending, refusal);
      const state = heldOf(key)?.state;
      const summary: ShareStateSummary = {
        stateEpoch: state?.stateEpoch ?? 0,
        leaderEpoch: state?.leaderEpoch ?? 0,
        startOffset: state?.startOffset ?? NO_OFFSET,
        deliveryCompleteCount: state?.deliveryCompleteCount ?? NO_COUNT,
      };
      return { records: [], replies: [replyTo(pending, { response: summary })] };
    },
    delete(key, pending) {
      const refusal = partitionFault(key) ?? topicFault(key);
      if (refusal !== undefined) return refused(pending, refusal);
      const records: ShareRecord[] = heldOf(key) === undefined ? [] : [{ type: 'snapshot', key, state: null }];
      return { records, replies: [replyTo(pending, OK)] };
    },
    onTopicsDeleted(topicIds) {
      const gone = [...heldByKey.values()].filter(({ key }) => topicIds.has(key.topicId));
      const records = gone.map(({ key }): ShareRecord => ({ type: 'snapshot', key, state: null }));
      return { records, replies: [], isAtomic: false };
    },
    firstNeededOffset(pending) {
      let first = tombstoneOffset;
      if (heldByKey.size > 0) first = Number.POSITIVE_INFINITY;
      for (const { snapshotOffset } of heldByKey.values()) first = Math.min(first ?? 0, snapshotOffset);
      return { records: [], replies: [replyTo(pending, first)] };
    },
  };
}

function mergedState(state: ShareState, update: ShareStateUpdate): ShareState {
  const startOffset = update.startOffset === NO_OFFSET ? state.startOffset : update.startOffset;
  return {
    ...state,
    leaderEpoch: update.leaderEpoch === NO_EPOCH ? state.leaderEpoch : update.leaderEpoch,
    startOffset,
    deliveryCompleteCount: update.deliveryCompleteCount,
    stateBatches: combineBatches(state.stateBatches, update.stateBatches, startOffset),
  };
}

function sizeFault(held: Held | undefined, count: number): Fault | undefined {
  // The other half of them may be laid over what is there.
  const isTooMuch = count > STATE_BATCHES_MAX || (held?.state.stateBatches.length ?? 0) + count > 2 * STATE_BATCHES_MAX;
  return isTooMuch ? fault(ErrorCode.INVALID_REQUEST, 'These are too many batches.') : undefined;
}

interface Fault {
  readonly errorCode: number;
  readonly message: string;
}

const fault = (errorCode: number, message: string): Fault => ({ errorCode, message });

const NOT_INITIALIZED = fault(ErrorCode.INVALID_REQUEST, 'The share partition is not initialized.');

function partitionFault({ partition }: SharePartitionKey): Fault | undefined {
  return partition < 0 ? fault(ErrorCode.INVALID_REQUEST, 'A partition cannot be negative.') : undefined;
}

function notInitialized(held: Held | undefined): Fault | undefined {
  return held === undefined ? NOT_INITIALIZED : undefined;
}

function leaderEpochFault(held: Held | undefined, leaderEpoch: LeaderEpoch): Fault | undefined {
  if (held === undefined || leaderEpoch === NO_EPOCH || leaderEpoch >= held.leaderEpochMax) return undefined;
  return fault(ErrorCode.FENCED_LEADER_EPOCH, `The leader epoch is ${held.leaderEpochMax} already.`);
}

function stateEpochFault(held: Held | undefined, stateEpoch: number): Fault | undefined {
  if (held === undefined || stateEpoch === NO_EPOCH || stateEpoch >= held.stateEpochMax) return undefined;
  return fault(ErrorCode.FENCED_STATE_EPOCH, `The state epoch is ${held.stateEpochMax} already.`);
}

function refused<T>(pending: Pending<PersisterResult<T>>, { errorCode, message }: Fault): ShareStep {
  return { records: [], replies: [replyTo(pending, { errorCode, message })] };
}
