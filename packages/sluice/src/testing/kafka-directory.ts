import type { Disk } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import { openLogDirectory } from '@sluice/log/log-manager';
import type { LogConfig } from '@sluice/log/partition-log';
import { createTailCache } from '@sluice/log/tail-cache';
import { encodeMetadataRecord, type MetadataRecordInput } from '@sluice/metadata/kafka/metadata-record';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import type { ImportOptions } from '../import/import-types.ts';

export const KAFKA = '/kafka';
export const CLUSTER_ID = 'Pczo6qcHQlqyC9RwsOmxOw';
const NODE_ID = 1;
export const DIRECTORY_ID = '6QVOVnqqCGQgdQWKBheRDA';
export const ORDERS_ID = '6rhLSU4KRyiiSerI9t0Drg';

const SMALL: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 1000, indexIntervalBytes: 100 };

export interface KafkaDirectoryOptions {
  /** Topic `orders` has so many partitions here, of 20 records each. */
  readonly partitions?: number;
  /** Behind the records that make the topic. */
  readonly records?: readonly MetadataRecordInput[];
  readonly killed?: boolean;
  /** Without `__cluster_metadata-0`, as brokers have it whose metadata is in ZooKeeper. */
  readonly zooKeeper?: boolean;
}

export const metaProperties = (nodeId = NODE_ID, clusterId = CLUSTER_ID): string =>
  `#\n#Sat Nov 21 08:39:40 UTC 2026\nnode.id=${nodeId}\ndirectory.id=${DIRECTORY_ID}\nversion=1\ncluster.id=${clusterId}\n`;

/** What makes topic `orders` in the metadata log. */
export function ordersRecords(partitions: number, replicas: readonly number[] = [NODE_ID]): MetadataRecordInput[] {
  return [
    { kind: 'topic', value: { name: 'orders', topicId: ORDERS_ID } },
    ...Array.from(
      { length: partitions },
      (_, partitionId): MetadataRecordInput => ({
        kind: 'partition',
        value: {
          partitionId,
          topicId: ORDERS_ID,
          replicas,
          isr: replicas,
          removingReplicas: [],
          addingReplicas: [],
          leader: replicas[0] ?? -1,
          leaderEpoch: 3,
          partitionEpoch: 5,
          directories: replicas.map(() => DIRECTORY_ID),
        },
      }),
    ),
  ];
}

/** A log directory as Kafka leaves it, with one topic, on a disk of its own that has synced all of it. */
export async function kafkaDirectory(options: KafkaDirectoryOptions = {}): Promise<SimDisk> {
  const { partitions = 2, records = [], killed = false, zooKeeper = false } = options;
  const clock = createSimClock({ startMs: 1_700_000_000_000 });
  const disk = createSimDisk({ clock });
  const directory = await openLogDirectory({
    disk,
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: KAFKA,
    clusterId: CLUSTER_ID,
    nodeId: NODE_ID,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => SMALL,
  });
  for (let partition = 0; partition < partitions; partition++) {
    const log = await directory.create('orders', partition, ORDERS_ID, SMALL);
    for (let index = 0; index < 20; index++) {
      const value = `${partition}-${index}-${'x'.repeat(100)}`;
      const batch = buildBatch([{ key: `k${index % 3}`, value, timestampMs: clock.now() + index }], {});
      log.append(batch, { leaderEpoch: 3, nowMs: clock.now(), durable: true, origin: 'client' });
    }
    await log.flush();
  }
  await directory.close();
  if (killed) await disk.unlink(`${KAFKA}/.kafka_cleanshutdown`);
  const meta = zooKeeper ? `version=0\nbroker.id=${NODE_ID}\ncluster.id=${CLUSTER_ID}\n` : metaProperties();
  await disk.replaceFile(`${KAFKA}/meta.properties`, meta);
  if (!zooKeeper) await writeMetadataLog(disk, [...ordersRecords(partitions), ...records]);
  await disk.syncDirectory(KAFKA);
  return disk;
}

/** `__cluster_metadata-0` with these records and nothing else. */
export async function writeMetadataLog(disk: Disk, records: readonly MetadataRecordInput[]): Promise<void> {
  const directory = `${KAFKA}/__cluster_metadata-0`;
  await disk.makeDirectory(directory);
  const values = records.map((record) => ({ key: null, value: encodeMetadataRecord(record), timestampMs: 1 }));
  await disk.replaceFile(`${directory}/${'0'.repeat(20)}.log`, buildBatch(values, {}));
}

export interface ImportWorld {
  readonly world: ImportOptions['world'];
  /** The metadata that imports have written last. */
  readonly store: () => MetadataStore;
}

/** A world whose stores live in memory and outlive the import. */
export function importWorld(disk: Disk): ImportWorld {
  const clock = createSimClock({ startMs: 1_700_000_100_000 });
  let store: MetadataStore | undefined;
  return {
    world: {
      disk,
      clock,
      random: createSimRandom(7),
      openStore() {
        const opened = openEmbeddedStore({ path: ':memory:', clock });
        store = opened;
        return { ...opened, async close() {} };
      },
    },
    store() {
      if (store === undefined) throw new Error('no import has come so far');
      return store;
    },
  };
}
