import { type Broker, startBroker as startBrokerOn } from '@sluice/broker/broker';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { shareThreads } from '@sluice/kernel/share-threads';
import { type LogDirectories, openLogDirectories } from '@sluice/log/log-directories';
import { createTailCache } from '@sluice/log/tail-cache';
import { type BrokerSettings, brokerSettings } from '@sluice/metadata/config/broker-settings';
import { brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfig } from '@sluice/metadata/config/log-config';
import { readServerProperties } from '@sluice/metadata/config/server-properties';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import { topicValues } from '@sluice/metadata/config/topic-values';
import { formatCluster } from '@sluice/metadata/image/format-cluster';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { advertisedFor } from './advertised.ts';
import {
  absolutePaths,
  findMetadataDirectory,
  METADATA_FILE,
  METADATA_FILES,
  prepareDataDirectory,
} from './data-directory.ts';
import { API_OPTION_NAMES, explainStart, type OptionNames, StartError, withOptionNames } from './start-error.ts';
import { memoryWorld, realWorld, type World } from './world.ts';

export { StartError } from './start-error.ts';

export interface StartBrokerOptions {
  /** By Kafka's names, and ours that begin with `sluice.`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Required unless `ephemeral`. The cluster's metadata is in the first, or in `metadata.log.dir`. */
  readonly dataDirectories?: readonly string[] | undefined;
  /** Everything in memory, and gone at the end. */
  readonly ephemeral: boolean;
  readonly logger: Logger;
  /** For the hints of errors. Default: those of `Sluice.start`. */
  readonly optionNames?: OptionNames;
  /** Default: this machine's disk, or memory if `ephemeral`. */
  readonly world?: World;
}

export interface RunningBroker {
  /** `host:port` */
  readonly bootstrap: string;
  readonly nodeId: number;
  readonly clusterId: string;
  /** Settles with the reason if the broker cannot go on; it should then be closed. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

/** In memory there is no directory to name, but logs want a path. */
const EPHEMERAL_DIRECTORY = '/sluice';
/** Of a log that several clients wait for: a millisecond more for each, and fewer syncs for all. */
const SYNC_SPACING_MS = 1;
const NO_CONFIGS: ReadonlyMap<string, string> = new Map();

/** A broker on this machine's disk (or in memory) and network. Fails with `StartError`; nothing is left running then. */
export async function startBroker(options: StartBrokerOptions): Promise<RunningBroker> {
  const { host, port } = options.listen;
  try {
    return await start(options);
  } catch (error) {
    throw withOptionNames(explainStart(error, `${host}:${port}`), options.optionNames ?? API_OPTION_NAMES);
  }
}

async function start(options: StartBrokerOptions): Promise<RunningBroker> {
  const { ephemeral, logger } = options;
  const world = options.world ?? (ephemeral ? memoryWorld() : realWorld);
  const staticConfig = resolveConfig(options, world.hostName);
  const settings = resolveSettings(staticConfig);
  const paths = ephemeral ? [EPHEMERAL_DIRECTORY] : absolutePaths(options.dataDirectories ?? []);
  const { clock, random, network } = world;
  const metadataPath = await findMetadataDirectory(
    world.disk,
    paths,
    ephemeral ? undefined : staticConfig.values.get('metadata.log.dir'),
  );
  await prepareDataDirectory(world.disk, metadataPath);

  const failed = Promise.withResolvers<string>();
  const metrics = createMetrics();
  const opened: { store?: MetadataStore; directories?: LogDirectories; broker?: Broker } = {};
  const close = async () => {
    const brokerEpoch = opened.broker?.epoch;
    try {
      await opened.broker?.close();
    } finally {
      try {
        await opened.directories?.close(brokerEpoch);
      } finally {
        await opened.store?.close();
      }
    }
  };
  try {
    opened.store = world.openStore(`${metadataPath}/${METADATA_FILE}`);
    const clusterId = await formatCluster(opened.store, { clusterId: random.uuid() });
    opened.directories = await openDirectories({ world, paths, clusterId, staticConfig, settings, logger, metrics });
    opened.broker = await startBrokerOn({
      staticConfig,
      settings,
      store: opened.store,
      directories: opened.directories,
      transactionCanary: world.transactionCanary,
      shareCanary: world.shareCanary,
      clock,
      random,
      network,
      logger,
      metrics,
      openFilesMax: world.disk.openFilesMax,
      onFatal(reason) {
        logger.error('the broker cannot go on', { reason });
        failed.resolve(reason);
      },
    });
    const [listener] = opened.broker.listeners;
    return {
      bootstrap: addressOf(listener?.host ?? options.listen.host, listener?.port ?? options.listen.port),
      nodeId: staticConfig.nodeId,
      clusterId,
      failed: failed.promise,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function resolveConfig({ settings, listen, logger }: StartBrokerOptions, hostName: string): StaticConfig {
  const listeners = `PLAINTEXT://${addressOf(listen.host, listen.port)}`;
  const advertised = advertisedFor(listen, settings, hostName);
  if (advertised !== undefined) {
    logger.info('clients are told the name of this machine; where that is not found, set advertised.listeners', {
      advertised,
    });
  }
  const told: Record<string, string> = advertised === undefined ? {} : { 'advertised.listeners': advertised };
  const read = readServerProperties({ base: { ...settings, ...told, listeners } });
  if (!read.ok) throw new StartError(read.problems.join(' '), 'correct the setting');
  return read.config;
}

/** Before the metadata is read: what was set dynamically is not known yet. */
function resolveSettings(staticConfig: StaticConfig): BrokerSettings {
  const result = brokerSettings(brokerValues({ config: () => NO_CONFIGS }, staticConfig));
  if (!result.ok) throw new StartError(result.problem, 'correct the setting');
  return result.settings;
}

function openDirectories(parts: {
  readonly world: World;
  readonly paths: readonly string[];
  readonly clusterId: string;
  readonly staticConfig: StaticConfig;
  readonly settings: BrokerSettings;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Promise<LogDirectories> {
  const { world, paths, clusterId, staticConfig, settings, logger, metrics } = parts;
  const broker = brokerValues({ config: () => NO_CONFIGS }, staticConfig);
  // Logs open with the broker's defaults; the partition table gives them their topics' settings before anybody appends.
  const config = logConfig(topicValues(NO_CONFIGS, broker), broker);
  return openLogDirectories({
    disk: diskOf(world, paths),
    clock: world.clock,
    random: world.random,
    logger,
    paths,
    clusterId,
    nodeId: staticConfig.nodeId,
    tailCache: createTailCache(settings.tailCacheBytes),
    durability: settings.durability,
    syncSpacingMs: SYNC_SPACING_MS,
    ...(world.journal === undefined ? {} : { journal: world.journal }),
    retentionCheckIntervalMs: settings.retentionCheckIntervalMs,
    compactor: settings.compactor,
    metrics,
    configOf: () => config,
    knownNames: METADATA_FILES,
    acknowledgesBeforeSync: world.acknowledgesBeforeSync ?? false,
  });
}

function diskOf({ disk, threadCount }: World, directories: readonly string[]): Disk {
  return threadCount === undefined ? disk : shareThreads(disk, { threadCount, directories });
}

/** IPv6 addresses go in brackets. */
function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
