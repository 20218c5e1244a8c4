import { composeGroupShard } from '@sluice/coordinator/group/compose-group-shard';
import { createGroupCoordinator, GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { GroupEnvironment, RequestContext } from '@sluice/coordinator/group/group-environment';
import { silentLogger } from '@sluice/kernel/logger';
import type { SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import type { ManagedLog } from '@sluice/log/managed-log';
import { NEW_LOG, openPartitionLog } from '@sluice/log/open-partition-log';
import { createTailCache } from '@sluice/log/tail-cache';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { Breakage } from '../canaries.ts';
import { type Call, type Exchange, perform } from './api.ts';
import type { Listener } from './event.ts';
import { simGroupSettings } from './settings.ts';
import type { SimTopics } from './topics.ts';

export interface BrokerOptions {
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly topics: SimTopics;
  readonly listener: Listener;
  /** What a canary breaks on purpose. */
  readonly breakage?: Breakage | undefined;
}

/** The coordinator of all groups of a run, on a log of a disk that can lose its power. */
export interface SimBroker {
  /** `undefined`: it went down meanwhile, and the connection with it. */
  handle(call: Call, context: RequestContext): Promise<Exchange | undefined>;
  /** The power goes; what is on the disk is replayed. */
  crash(): Promise<void>;
  /** The partition goes to another broker and comes back: nothing is lost but what is not in the log. */
  move(): void;
  /** Syncs take so much longer for a while; by default none does. */
  slowDown(delayMs?: number): void;
  /** The view of topics has changed; `deleted` are gone, and their offsets with them. */
  onTopicsChanged(deleted: readonly string[]): void;
  describe(groupIds: readonly string[]): Promise<readonly DescribedGroupInput[]>;
  readonly restartCount: number;
}

const DIRECTORY = `/data/${GROUP_METADATA_TOPIC}-0`;

export async function createSimBroker(options: BrokerOptions): Promise<SimBroker> {
  const { clock, random, topics, listener, breakage = {} } = options;
  let disk = createSimDisk({ clock });
  await disk.makeDirectory(DIRECTORY);
  await disk.syncDirectory('/data');
  await disk.syncDirectory('/');
  let log = await openLog(disk, clock, true);
  let coordinator = createCoordinator();
  let leaderEpoch = 0;
  /** Of the coordinator's life: answers of an earlier one do not count. */
  let life = 0;
  let nextId = 0;
  let healDisk = (): void => undefined;
  coordinator.onElected(0, log, leaderEpoch);

  function createCoordinator(): GroupCoordinator {
    const compose = (environment: GroupEnvironment) => {
      const shard = composeGroupShard(breakage.breakEnvironment?.(environment) ?? environment);
      return breakage.breakShard?.(shard) ?? shard;
    };
    return createGroupCoordinator({
      clock,
      random: random.fork(),
      logger: silentLogger,
      topics,
      settings: simGroupSettings,
      createShard: compose,
      partitionCount: () => 1,
      batchSizeBytesMax: () => 1024 * 1024,
      codec: () => 'none',
    });
  }

  function begin(): void {
    life++;
    listener({ kind: 'restarted' });
  }

  return {
    get restartCount() {
      return life;
    },
    async handle(call, context) {
      const id = nextId++;
      const mine = life;
      listener({ kind: 'asked', id, call });
      const broken = breakage.breakCall?.(call) ?? call;
      const exchange = await perform(coordinator, broken, context);
      if (mine !== life) return undefined;
      const said = { ...exchange, request: call.request } as Exchange;
      listener({ kind: 'answered', id, exchange: said });
      return said;
    },
    async describe(groupIds) {
      const context = { apiVersion: 5, clientId: 'auditor', clientHost: '/127.0.0.1' };
      return (await coordinator.describeGroups(groupIds, context)).groups;
    },
    async crash() {
      disk.crash();
      begin();
      coordinator.onResigned(0);
      await coordinator.close();
      disk = disk.reboot(random.below(2 ** 31));
      log = await openLog(disk, clock, false);
      coordinator = createCoordinator();
      coordinator.onElected(0, log, ++leaderEpoch);
    },
    onTopicsChanged(deleted) {
      listener({ kind: 'topics deleted', topics: deleted });
      coordinator.onTopicsChanged(deleted);
    },
    slowDown(delayMs = 0) {
      healDisk();
      healDisk = disk.inject(({ kind }) => (kind === 'sync' && delayMs > 0 ? { kind: 'delay', delayMs } : undefined));
    },
    move() {
      begin();
      coordinator.onResigned(0);
      coordinator.onElected(0, log, ++leaderEpoch);
    },
  };
}

function openLog(disk: SimDisk, clock: SimClock, isNew: boolean): Promise<ManagedLog> {
  return openPartitionLog({
    disk,
    clock,
    directory: DIRECTORY,
    topic: GROUP_METADATA_TOPIC,
    partition: 0,
    config: DEFAULT_LOG_CONFIG,
    tailCache: createTailCache(0),
    logger: silentLogger,
    recovery: isNew ? NEW_LOG : { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 },
    durability: 'disk',
  });
}
