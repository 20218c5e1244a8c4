import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '@sluice/log/managed-log';
import { openTestLog, type TestLogOptions } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createShareCoordinator } from '../share/create-share-coordinator.ts';
import type { PersisterResult, SharePartitionKey, StateBatch, WriteShareState } from '../share/persister.ts';
import type { ShareCoordinator, ShareStateStore } from '../share/share-coordinator.ts';
import type { ShareCoordinatorSettings, ShareStateCanary } from '../share/share-environment.ts';

export const QUEUE_ID = 'cXVldWUtdG9waWMtaWQtMA';
export const QUEUE_PARTITIONS = 4;
export const KEY: SharePartitionKey = { groupId: 'workers', topicId: QUEUE_ID, partition: 0 };

export interface ShareStateFixture {
  readonly coordinator: ShareCoordinator;
  readonly store: ShareStateStore;
  readonly clock: SimClock;
  readonly log: ManagedLog;
  /** What the promise comes to, once all that is due has happened. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Leads the partition again, as after an election. */
  reload(): Promise<void>;
}

/** The share coordinator with one partition on a simulated disk, in virtual time. */
export async function openShareState(
  settings: Partial<ShareCoordinatorSettings> = {},
  canary?: ShareStateCanary,
  logOptions: Partial<TestLogOptions> = {},
): Promise<ShareStateFixture> {
  const clock = createSimClock({ startMs: 1_700_000_000_000 });
  const log = await openTestLog({ disk: createSimDisk({ clock }), clock, ...logOptions });
  const coordinator = createShareCoordinator({
    clock,
    logger: silentLogger,
    canary,
    settings: () => ({
      updatesPerSnapshot: 500,
      writeTimeoutMs: 5000,
      pruneIntervalMs: 300_000,
      coldSnapshotIntervalMs: 300_000,
      ...settings,
    }),
    partitionCount: () => 1,
    topicPartitionCount: (topicId) => (topicId === QUEUE_ID ? QUEUE_PARTITIONS : undefined),
    batchSizeBytesMax: () => 1024 * 1024,
    codec: () => 'none',
  });
  let leaderEpoch = 0;
  const fixture: ShareStateFixture = {
    coordinator,
    store: coordinator.store,
    clock,
    log,
    async settled(promise) {
      await clock.settle();
      return promise;
    },
    async reload() {
      coordinator.onElected(0, log, leaderEpoch++);
      for (;;) {
        const result = await fixture.settled(coordinator.store.readSummary(KEY));
        if (!('errorCode' in result) || result.errorCode !== ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) return;
      }
    },
  };
  await fixture.reload();
  return fixture;
}

export const batch = (
  firstOffset: number,
  lastOffset: number,
  deliveryState: number,
  deliveryCount: number,
): StateBatch => ({ firstOffset, lastOffset, deliveryState, deliveryCount });

export const written = (changes: Partial<WriteShareState> = {}): WriteShareState => ({
  stateEpoch: 1,
  leaderEpoch: 0,
  startOffset: -1,
  deliveryCompleteCount: -1,
  stateBatches: [],
  ...changes,
});

export function responseOf<T>(result: PersisterResult<T>): T {
  if ('errorCode' in result) throw new Error(`refused with ${result.errorCode}: ${result.message}`);
  return result.response;
}

export function errorOf(result: PersisterResult<unknown>): number {
  return 'errorCode' in result ? result.errorCode : ErrorCode.NONE;
}
