import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { ManagedLog } from '@sluice/log/managed-log';
import { openTestLog } from '@sluice/log/testing/test-log';
import { composeGroupShard } from '../group/compose-group-shard.ts';
import { createGroupCoordinator } from '../group/create-group-coordinator.ts';
import type { GroupCoordinator } from '../group/group-coordinator.ts';
import type { RequestContext, TopicsView, TopicView } from '../group/group-environment.ts';
import { testGroupSettings } from './group-settings.ts';

export interface CoordinatorFixture {
  readonly coordinator: GroupCoordinator;
  readonly clock: SimClock;
  readonly log: ManagedLog;
  readonly disk: SimDisk;
  /** Leads the only partition again, as after an election, and waits until it is loaded. */
  reload(): Promise<void>;
}

export const ORDERS: TopicView = { name: 'orders', id: 'b3JkZXJzLXRvcGljLWlkMA', partitionCount: 4, racks: () => [] };

const topics: TopicsView = {
  byName: (name) => (name === ORDERS.name ? ORDERS : undefined),
  byId: (id) => (id === ORDERS.id ? ORDERS : undefined),
  names: () => [ORDERS.name],
  version: 1,
};

const settings = testGroupSettings({ initialRebalanceDelayMs: 100, groupSizeMax: 10 });

/** The whole group coordinator with one partition on a simulated disk, in virtual time. */
export async function openCoordinator(): Promise<CoordinatorFixture> {
  const clock = createSimClock();
  const disk = createSimDisk({ clock });
  const log = await openTestLog({ disk, clock });
  const coordinator = createGroupCoordinator({
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    topics,
    settings,
    createShard: composeGroupShard,
    partitionCount: () => 1,
    batchSizeBytesMax: () => 1024 * 1024,
    codec: () => 'none',
  });
  let leaderEpoch = 0;
  return {
    coordinator,
    clock,
    log,
    disk,
    async reload() {
      coordinator.onElected(0, log, leaderEpoch++);
      while ((await coordinator.listGroups({ statesFilter: [], typesFilter: [] })).errorCode !== 0)
        await clock.settle();
    },
  };
}

export function contextOf(apiVersion: number): RequestContext {
  return { apiVersion, clientId: 'client', clientHost: '/127.0.0.1' };
}
