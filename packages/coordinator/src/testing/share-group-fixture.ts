import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { ManagedLog } from '@sluice/log/managed-log';
import { openTestLog } from '@sluice/log/testing/test-log';
import type {
  ShareGroupHeartbeatResponse,
  ShareGroupHeartbeatResponseInput,
} from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import { composeGroupShard } from '../group/compose-group-shard.ts';
import { createGroupCoordinator } from '../group/create-group-coordinator.ts';
import type { GroupCoordinator } from '../group/group-coordinator.ts';
import type { GroupSettings } from '../group/group-environment.ts';
import { createShareCoordinator } from '../share/create-share-coordinator.ts';
import { createRetryingStore } from '../share/retrying-store.ts';
import type { ShareCoordinator, ShareStateStore } from '../share/share-coordinator.ts';
import { contextOf } from './coordinator-fixture.ts';
import { testGroupSettings } from './group-settings.ts';
import { createTestTopics, type TestTopics, testTopicId } from './test-topics.ts';

export const GROUP = 'workers';
export const SESSION_TIMEOUT_MS = 45_000;

/** Partitions by name of their topic. */
export type Partitions = Readonly<Record<string, readonly number[]>>;

export interface ShareGroupFixture {
  readonly groups: GroupCoordinator;
  readonly shareState: ShareCoordinator;
  readonly store: ShareStateStore;
  readonly topics: TestTopics;
  readonly clock: SimClock;
  /** Of `__consumer_offsets` and of `__share_group_state`. */
  readonly logs: { readonly groups: ManagedLog; readonly state: ManagedLog };
  /** Syncs of the groups' log take so long from now on. */
  slowDown(delayMs: number): void;
  /** While it is set, the coordinator of share state is not to be had. */
  loseState(isLost: boolean): void;
  beat(memberId: string, memberEpoch: number, topics?: readonly string[]): Promise<ShareGroupHeartbeatResponseInput>;
  /** Joins, and heartbeats until it has what its topics have. */
  join(memberId: string, ...topics: string[]): Promise<ShareGroupHeartbeatResponseInput>;
  /** What the promise comes to, once all that is due has happened. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Both coordinators are elsewhere for a while. */
  reload(): Promise<void>;
}

/** The coordinators of groups and of share state, each with one partition on a simulated disk, in virtual time. */
export async function openShareGroups(share: Partial<GroupSettings['share']> = {}): Promise<ShareGroupFixture> {
  const clock = createSimClock({ startMs: 1_700_000_000_000 });
  const groupDisk = createSimDisk({ clock });
  const groupLog = await openTestLog({ disk: groupDisk, clock });
  const stateLog = await openTestLog({ disk: createSimDisk({ clock }), clock });
  const topics = createTestTopics({ name: 'orders', partitionCount: 4 }, { name: 'bills', partitionCount: 1 });
  const defaults = testGroupSettings();
  const settings = { ...defaults, share: { ...defaults.share, assignmentIntervalMs: () => 0, ...share } };
  const shareState = createShareCoordinator({
    clock,
    logger: silentLogger,
    settings: () => ({
      updatesPerSnapshot: 500,
      writeTimeoutMs: 5000,
      pruneIntervalMs: 300_000,
      coldSnapshotIntervalMs: 300_000,
    }),
    partitionCount: () => 1,
    topicPartitionCount: (topicId) => topics.byId(topicId)?.partitionCount,
    batchSizeBytesMax: () => 1024 * 1024,
    codec: () => 'none',
  });
  const store = createRetryingStore({ store: shareState.store, clock, prepare: async () => undefined });
  const groups = createGroupCoordinator({
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    topics,
    settings,
    shareState: { store, endOffsetOf: async () => ({ offset: 100 }) },
    createShard: composeGroupShard,
    partitionCount: () => 1,
    batchSizeBytesMax: () => 1024 * 1024,
    codec: () => 'none',
  });
  let leaderEpoch = 0;
  let syncDelayMs = 0;
  groupDisk.inject(({ kind }) =>
    kind === 'sync' && syncDelayMs > 0 ? { kind: 'delay', delayMs: syncDelayMs } : undefined,
  );

  const fixture: ShareGroupFixture = {
    groups,
    shareState,
    store,
    topics,
    clock,
    logs: { groups: groupLog, state: stateLog },
    slowDown(delayMs) {
      syncDelayMs = delayMs;
    },
    loseState(isLost) {
      if (isLost) shareState.onResigned(0);
      else shareState.onElected(0, stateLog, leaderEpoch++);
    },
    beat(memberId, memberEpoch, subscribed) {
      const subscribedTopicNames = subscribed === undefined ? null : [...subscribed];
      const request = { groupId: GROUP, memberId, memberEpoch, rackId: null, subscribedTopicNames };
      return fixture.settled(groups.share.heartbeat(request, contextOf(1)));
    },
    async join(memberId, ...subscribed) {
      let answer = await fixture.beat(memberId, 0, subscribed);
      for (let beats = 0; beats < 5 && answer.errorCode === 0; beats++) {
        const next = await fixture.beat(memberId, answer.memberEpoch);
        answer = { ...next, assignment: next.assignment ?? answer.assignment ?? null };
      }
      return answer;
    },
    async settled(promise) {
      await clock.settle();
      return promise;
    },
    async reload() {
      groups.onElected(0, groupLog, leaderEpoch++);
      shareState.onElected(0, stateLog, leaderEpoch++);
      while ((await groups.listGroups({ statesFilter: [], typesFilter: [] })).errorCode !== 0) await clock.settle();
      await clock.settle();
    },
  };
  await fixture.reload();
  return fixture;
}

/** What a response assigns; undefined if it says nothing of it. */
export function assignedBy({
  assignment,
}: ShareGroupHeartbeatResponseInput | ShareGroupHeartbeatResponse): Partitions | undefined {
  if (assignment === null || assignment === undefined) return undefined;
  const names = ['orders', 'bills', 'later'];
  const named = assignment.topicPartitions.map(({ topicId, partitions }) => {
    const name = names.find((each) => testTopicId(each) === topicId) ?? topicId;
    return [name, [...partitions]] as const;
  });
  return Object.fromEntries(named);
}
