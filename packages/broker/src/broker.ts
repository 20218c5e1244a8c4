import { createProducerIdSource } from '@sluice/coordinator/producer-id-source';
import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import type { LogDirectories } from '@sluice/log/log-directories';
import type { BrokerSettings } from '@sluice/metadata/config/broker-settings';
import { brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfigOf } from '@sluice/metadata/config/log-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import { topicList, topicNumber, topicValuesOf } from '@sluice/metadata/config/topic-values';
import { allocateProducerIds } from '@sluice/metadata/controller/allocate-producer-ids';
import { startController } from '@sluice/metadata/controller/controller';
import { followImage } from '@sluice/metadata/image/follow';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { createApis } from './api/registry.ts';
import { createAutoCreate } from './auto-create.ts';
import type { ChangeCluster } from './change-cluster.ts';
import { createDisconnects } from './disconnects.ts';
import { createDispatch } from './dispatch.ts';
import { createSessionCache } from './fetch/session-cache.ts';
import { createGate } from './gate.ts';
import { hostGroups } from './groups/host-groups.ts';
import { createTopicToCreate } from './internal-topics.ts';
import type { KafkaListener } from './listener.ts';
import { endpointsOf, openListeners } from './open-listeners.ts';
import { createCordon, followDirectories, moveBytesPerSecondMax } from './partitions/follow-directories.ts';
import { allOf } from './partitions/leadership.ts';
import { createLogHost } from './partitions/log-host.ts';
import { createPartitionTable } from './partitions/partition-table.ts';
import { createReplicaReports } from './partitions/replica-reports.ts';
import { keepRegistered } from './registration.ts';
import { createEndOffsets } from './share/end-offsets.ts';
import { hostShareState } from './share/host-share-state.ts';
import { hostShares } from './share/host-shares.ts';
import { createStopSignal } from './stop-signal.ts';
import { hostTransactions } from './transactions/host-transactions.ts';
import { createMarkerWriter } from './transactions/write-markers.ts';

const NOT_REGISTERED = -1;
/** How long requests that have begun may take to end once the broker stops. */
const STOP_GRACE_MS = 5_000;

export interface BrokerOptions {
  readonly staticConfig: StaticConfig;
  readonly settings: BrokerSettings;
  readonly store: MetadataStore;
  readonly directories: LogDirectories;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Descriptors that the process may have; left out where there is no limit, or none is told. */
  readonly openFilesMax?: number | undefined;
  /** For the tests of the tests only. */
  readonly transactionCanary?: TransactionCanary | undefined;
  readonly shareCanary?: SharePartitionCanary | undefined;
  /** The broker cannot go on: a broken invariant, or metadata that cannot be trusted. */
  onFatal(reason: string): void;
}

export interface Broker {
  readonly nodeId: number;
  /** Of its registration. */
  readonly epoch: number;
  readonly listeners: readonly KafkaListener[];
  /** As a client of the broker would, but without a connection. */
  readonly changeCluster: ChangeCluster;
  /** Answers what has begun, closes all connections and logs; the store and the directory are the caller's to close. */
  close(): Promise<void>;
}

/** Composes a broker out of its store, its directory and its ports, and lets it serve. Nothing stays open if it fails. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const started: Started = [];
  try {
    return await start(options, started);
  } catch (error) {
    await stopAll(started).catch((failure: unknown) => {
      options.logger.warn('not all could be stopped after a start that failed', { reason: String(failure) });
    });
    throw error;
  }
}

/** How to stop what has been started, in the order of starting. */
type Started = (() => Promise<void> | void)[];

/** Last started, first stopped; one that fails keeps none of the others from it. Throws what went wrong first. */
async function stopAll(started: Started): Promise<void> {
  const errors: unknown[] = [];
  for (let stop = started.pop(); stop !== undefined; stop = started.pop()) {
    try {
      await stop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

async function start(options: BrokerOptions, started: Started): Promise<Broker> {
  const { staticConfig, settings, store, directories, clock, random, logger, metrics, onFatal } = options;
  const { nodeId } = staticConfig;
  const stopSignal = createStopSignal();
  const gate = createGate();
  const disconnects = createDisconnects();
  // Ports first: a port in use is noticed before anything is written.
  const listeners = await openListeners({ ...options, dispatch: gate.dispatch, onDisconnect: disconnects.tell });
  const closeListeners = async () => {
    await Promise.all(listeners.map((listener) => listener.close(STOP_GRACE_MS)));
  };
  started.push(closeListeners);
  // Requests that came before a start failed would else be waited for.
  started.push(gate.refuse);
  const follower = await followImage({ store, logger, onFailure: (error) => onFatal(error.message) });
  started.push(follower.close);
  const { image } = follower;
  const controller = await startController({
    staticConfig,
    store,
    follower,
    clock,
    random,
    logger,
    leaseTtlMs: settings.sessionTimeoutMs,
  });
  started.push(controller.close);

  const shareState = hostShareState({
    image,
    staticConfig,
    clock,
    logger,
    autoCreate: (names) => autoCreate(names),
  });
  started.push(shareState.close);
  const shares = hostShares({
    image,
    staticConfig,
    persister: shareState.store,
    clock,
    logger,
    canary: options.shareCanary,
  });
  started.push(shares.close);
  disconnects.follow(shares.sessions.onDisconnect);
  const groups = hostGroups({
    image,
    staticConfig,
    clock,
    random,
    logger,
    shareState: { store: shareState.store, endOffsetOf: (topic, partition) => endOffsetOf(topic, partition) },
  });
  started.push(groups.coordinator.close);
  let registered: { readonly epoch: number } | undefined;
  const transactions = hostTransactions({
    image,
    staticConfig,
    clock,
    logger,
    nextProducerId: createProducerIdSource({
      async allocateBlock() {
        const outcome = await controller.run(allocateProducerIds, {
          brokerId: nodeId,
          brokerEpoch: registered?.epoch ?? NOT_REGISTERED,
        });
        if (outcome.kind === 'refused') return outcome;
        const { errorCode, producerIdStart, producerIdLen } = outcome.reply;
        return errorCode === 0 ? { firstProducerId: producerIdStart, count: producerIdLen } : { errorCode };
      },
      clock,
      logger,
    }),
    writeMarkers: (marker, after) => writeMarkers(marker, after),
    canary: options.transactionCanary,
  });
  started.push(transactions.coordinator.close);
  const replicas = createReplicaReports({ nodeId, image, controller, clock, logger });
  const partitions = createPartitionTable({
    image,
    nodeId,
    logs: createLogHost(directories),
    onPlaced: replicas.note,
    logger,
    leadership: allOf(groups.leadership, transactions.leadership, shareState.leadership, shares.leadership),
    settingsOf(topic) {
      const values = topicValuesOf(image, brokerValues(image, staticConfig), topic);
      return {
        log: logConfigOf(image, staticConfig, topic),
        minInsyncReplicas: topicNumber(values, 'min.insync.replicas'),
      };
    },
  });
  const endOffsetOf = createEndOffsets(partitions);
  const writeMarkers = createMarkerWriter({ partitions, clock, groups: groups.coordinator });
  started.push(partitions.settled);
  follower.onDelta(partitions.follow);
  follower.onDelta(groups.follow);
  follower.onDelta(shareState.follow);
  const isCordoned = createCordon(image, staticConfig);
  followDirectories({
    directories,
    replicas,
    isCordoned,
    bytesPerSecondMax: () => moveBytesPerSecondMax(image, nodeId),
    onNoneLeft: onFatal,
  });
  await directories.clearStrays((topic) => image.topicsByName.get(topic)?.id);
  await partitions.start();

  const changeCluster: ChangeCluster = async (decision, request, timeoutMs) => {
    const outcome = await controller.run(decision, request, timeoutMs === undefined ? {} : { timeoutMs });
    await partitions.settled();
    return outcome;
  };
  const autoCreate = createAutoCreate({
    changeCluster,
    topicToCreate: createTopicToCreate(image, staticConfig),
    logger,
  });

  const registration = await keepRegistered({
    nodeId,
    endpoints: endpointsOf(settings, listeners),
    rack: settings.rack,
    logDirs: directories.places.flatMap(({ directory }) => directory?.directoryId ?? []),
    store,
    controller,
    image,
    clock,
    random,
    logger,
    times: { sessionTimeoutMs: settings.sessionTimeoutMs, renewIntervalMs: settings.heartbeatIntervalMs },
  });

  started.push(registration.close);
  registered = registration;
  started.push(replicas.close);
  await replicas.start(() => registration.epoch);
  await directories.resumeMoves();

  const apis = createApis({
    clock,
    image,
    staticConfig,
    partitions,
    sessions: createSessionCache(settings.fetchSessionSlotsMax, clock, random),
    changeCluster,
    stopSignal,
    transactions: transactions.coordinator,
    transactionSettings: transactions.settings,
    writeMarkers,
    showsAborted: options.transactionCanary === 'shows-aborted',
    directories,
    isCordoned,
    limits: {
      fetchSizeBytesMax: settings.fetchSizeBytesMax,
      describedPartitionCountMax: settings.describedPartitionsMax,
    },
    deleteTopicEnable: settings.deleteTopicEnable,
    autoCreates: () => settings.autoCreateTopicsEnable,
    autoCreate,
    shareState: shareState.coordinator,
    shares,
    groups: groups.coordinator,
    groupSettings: groups.settings,
    deletesRecords(topic) {
      const cleanup = topicList(topicValuesOf(image, brokerValues(image, staticConfig), topic), 'cleanup.policy');
      return cleanup.length === 0 || cleanup.includes('delete');
    },
  });
  gate.open(createDispatch({ apis, logger, metrics, onBug: (error) => onFatal(String(error)) }));

  return {
    nodeId,
    get epoch() {
      return registration.epoch;
    },
    listeners,
    changeCluster,
    async close() {
      stopSignal.stop();
      // Before all else: what has begun is answered while everything else still works. Members who wait for others do not.
      await Promise.all([
        transactions.coordinator.close(),
        groups.coordinator.close(),
        shareState.close(),
        closeListeners(),
      ]);
      await stopAll(started.slice(1));
    },
  };
}
