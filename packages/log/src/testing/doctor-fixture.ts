import assert from 'node:assert/strict';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { checkDirectory, type DirectoryCheckOptions } from '../doctor/check-directory.ts';
import type { ExpectedPartitions } from '../doctor/expected-partitions.ts';
import type { Finding } from '../doctor/finding.ts';
import { type Consent, NO_CONSENT, repairDirectory } from '../doctor/repair-directory.ts';
import type { LogDirectory } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import { createTailCache } from '../tail-cache.ts';

export const DATA = '/data';
export const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
export const OTHER_TOPIC_ID = 'b3RoZXItdG9waWMtaWQtMA';
const DOCTOR_CONFIG = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 900, indexIntervalBytes: 150 };
export const BASE_TIMESTAMP_MS = 1_600_000_000_000;
export const BATCHES = 24;
const doctorClock = createSimClock();

export type Files = ReadonlyMap<string, Buffer>;

export function openDoctored(disk: SimDisk, logger: Logger = silentLogger): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock: doctorClock,
    random: createSimRandom(1),
    logger,
    path: DATA,
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => DOCTOR_CONFIG,
  });
}

/** A directory with all kinds of files: segments, epochs, idempotent and aborted transactional records, checkpoints. */
export async function writeDoctored(isClean: boolean): Promise<Files> {
  const disk = createSimDisk({ crashModel: false });
  const directory = await openDoctored(disk);
  const log = await directory.create('orders', 0, TOPIC_ID, DOCTOR_CONFIG);
  const how = { nowMs: doctorClock.now(), durable: true };
  for (let index = 0; index < BATCHES; index++) {
    const values = [`a${index}`, `b${index}`.padEnd(60)];
    const timestampMs = BASE_TIMESTAMP_MS + index * 1000 - (index % 4 === 3 ? 2500 : 0);
    const producer = { producerId: 5 + (index % 2), producerEpoch: 0, baseSequence: Math.floor(index / 2) * 2 };
    const batch = buildBatch(
      values.map((value, at) => ({ key: 'k', value, timestampMs: timestampMs + at })),
      { ...producer, isTransactional: index % 2 === 0 },
    );
    const leaderEpoch = Math.floor(index / 9);
    assert.equal(log.append(batch, { ...how, leaderEpoch, origin: 'client' }).kind, 'appended');
    if (index % 6 === 4) {
      const marker = { type: 'ABORT', producerId: 5, producerEpoch: 0, coordinatorEpoch: 0, timestampMs } as const;
      log.append(buildEndTxnMarkerBatch(marker), { ...how, leaderEpoch, origin: 'coordinator' });
    }
    if (index === 10) await directory.checkpoint();
  }
  await log.flush();
  await log.deleteRecordsBelow(4);
  if (isClean) await directory.close();
  else await log.abandon();
  return filesOf(disk);
}

export async function filesOf(disk: SimDisk): Promise<Files> {
  const files = new Map<string, Buffer>();
  for (const path of disk.files()) files.set(path, (await disk.readFile(path)) ?? Buffer.alloc(0));
  return files;
}

export async function diskWith(files: Files, options: { crashModel?: boolean } = {}): Promise<SimDisk> {
  const disk = createSimDisk({ crashModel: options.crashModel ?? false });
  for (const [path, content] of files) {
    const directory = path.slice(0, path.lastIndexOf('/'));
    await disk.makeDirectory(directory);
    const file = await disk.open(path, 'write');
    if (content.length > 0) await file.writev([content], 0);
    await file.sync();
    await file.close();
    for (let each = directory; each !== ''; each = each.slice(0, each.lastIndexOf('/'))) await disk.syncDirectory(each);
  }
  if (options.crashModel) await disk.syncDirectory('/');
  return disk;
}

/** A cluster that has `orders` with one partition, here. */
export const ORDERS: ExpectedPartitions = expectedTopics({ orders: TOPIC_ID });

export function expectedTopics(ids: Readonly<Record<string, string>>, partitionCount = 1): ExpectedPartitions {
  const topics = Object.entries(ids).map(([name, id]) => ({ name, id, partitionCount, isCompacted: false }));
  return {
    clusterId: 'cluster',
    topicNamed: (name) => topics.find((topic) => topic.name === name),
    topicWithId: (id) => topics.find((topic) => topic.id === id),
    partitions: () =>
      topics.flatMap(({ name }) =>
        Array.from({ length: partitionCount }, (_, partition) => ({ topic: name, partition, directoryId: undefined })),
      ),
  };
}

export function checkOptions(disk: SimDisk, options: Partial<DirectoryCheckOptions> = {}): DirectoryCheckOptions {
  return { disk, clock: doctorClock, path: DATA, expected: ORDERS, isDeep: false, config: DOCTOR_CONFIG, ...options };
}

export function check(disk: SimDisk, options: Partial<DirectoryCheckOptions> = {}) {
  return checkDirectory(checkOptions(disk, options));
}

export async function repair(
  disk: SimDisk,
  consent: Consent = NO_CONSENT,
  options: Partial<DirectoryCheckOptions> = {},
) {
  const before = await check(disk, options);
  return repairDirectory(before, { ...checkOptions(disk, options), consent });
}

/** Those that are more than a note. */
export function complaints(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity !== 'note');
}

/** What is served: each batch's bytes by its base offset. */
export async function servedBatches(log: ManagedLog): Promise<Map<number, string>> {
  const batches = new Map<number, string>();
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const result = await log.read(offset, { maxBytes: 1, minOneBatch: true, upTo: 'high-watermark' });
    if (result.kind !== 'batches') {
      offset++;
      continue;
    }
    const bytes = Buffer.concat(result.buffers);
    let next = offset + 1;
    for (const batch of walkBatches(bytes)) {
      if (batch.kind !== 'batch') break;
      const base = Number(bytes.readBigInt64BE(batch.position));
      const delta = bytes.readInt32BE(batch.position + 23);
      const count = bytes.readInt32BE(batch.position + 57);
      if (count > 0) batches.set(base, bytes.toString('hex', batch.position, batch.position + batch.sizeBytes));
      next = Math.max(next, base + delta + 1);
    }
    offset = next;
  }
  return batches;
}
