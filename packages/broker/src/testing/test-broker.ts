import assert from 'node:assert/strict';
import type { Disk } from '@sluice/kernel/disk';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { createMemoryDisk } from '@sluice/kernel/sim/disk';
import { type LogDirectories, openLogDirectories } from '@sluice/log/log-directories';
import type { LogDirectory } from '@sluice/log/log-directory';
import { createTailCache } from '@sluice/log/tail-cache';
import { brokerSettings } from '@sluice/metadata/config/broker-settings';
import { brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfig } from '@sluice/metadata/config/log-config';
import { readServerProperties } from '@sluice/metadata/config/server-properties';
import { topicValues } from '@sluice/metadata/config/topic-values';
import { formatCluster } from '@sluice/metadata/image/format-cluster';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { type Broker, startBroker } from '../broker.ts';
import { connectTestClient, type TestClient } from './test-client.ts';

export interface TestBroker extends AsyncDisposable {
  readonly broker: Broker;
  /** Its logs, to look at from behind. */
  readonly directories: LogDirectories;
  /** The first of them. */
  readonly directory: LogDirectory;
  /** Why it could not go on; none of these is a good test. */
  readonly failures: readonly string[];
  /** A new connection, closed with the broker at the latest. */
  connect(): Promise<TestClient>;
  close(): Promise<void>;
}

export interface TestBrokerOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly disk?: Disk;
  /** Its data directories; one if left out. */
  readonly paths?: readonly string[];
  /** Of an earlier broker, to go on with its cluster. */
  readonly store?: MetadataStore;
  readonly logger?: Logger;
}

const NO_CONFIGS: ReadonlyMap<string, string> = new Map();

/** A broker on a free port of this machine, its data in memory. */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const { settings: overrides = {}, disk = createMemoryDisk(realClock), paths = ['/data'] } = options;
  const { logger = silentLogger } = options;
  const base = { 'num.partitions': '1', ...overrides, listeners: 'PLAINTEXT://127.0.0.1:0' };
  const read = readServerProperties({ base });
  if (!read.ok) throw new Error(read.problems.join(' '));
  const staticConfig = read.config;
  const values = brokerValues({ config: () => NO_CONFIGS }, staticConfig);
  const settings = brokerSettings(values);
  if (!settings.ok) throw new Error(settings.problem);
  const store = options.store ?? openEmbeddedStore({ path: ':memory:', clock: realClock });
  const clusterId = await formatCluster(store, { clusterId: realRandom.uuid() });
  const directories = await openLogDirectories({
    disk,
    clock: realClock,
    random: realRandom,
    logger,
    paths,
    clusterId,
    nodeId: staticConfig.nodeId,
    tailCache: createTailCache(settings.settings.tailCacheBytes),
    durability: settings.settings.durability,
    configOf: () => logConfig(topicValues(NO_CONFIGS, values), values),
  });
  const failures: string[] = [];
  const broker = await startBroker({
    staticConfig,
    settings: settings.settings,
    store,
    directories,
    clock: realClock,
    random: realRandom,
    network: realNetwork,
    logger,
    metrics: createMetrics(),
    onFatal: (reason) => void failures.push(reason),
  });
  const clients = new Set<TestClient>();
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    await broker.close();
    await directories.close();
    if (options.store === undefined) await store.close();
    for (const client of clients) client.close();
  }
  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }

  return {
    broker,
    directories,
    get directory() {
      const directory = directories.places[0]?.directory;
      assert(directory !== undefined);
      return directory;
    },
    failures,
    async connect() {
      const client = await connectTestClient(broker.listeners[0]?.port ?? 0);
      clients.add(client);
      return client;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
