import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Logger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import type { LogDirectory } from './log-directory.ts';
import { LogDirectoryError } from './log-directory-error.ts';
import { openLogDirectory } from './log-manager.ts';
import type { ManagedLog } from './managed-log.ts';
import { createTailCache } from './tail-cache.ts';

const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 900, indexIntervalBytes: 150 };
const BASE_TIMESTAMP_MS = 1_600_000_000_000;
const BATCHES = 24;
const LOG_START = 4;
const clock = createSimClock();

type Files = ReadonlyMap<string, Buffer>;

function open(disk: SimDisk, logger: Logger): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock,
    random: createSimRandom(1),
    logger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => CONFIG,
  });
}

/** A log with everything in it: several epochs, idempotent and aborted transactional records, deleted ones. */
async function writeFiles(isClean: boolean): Promise<Files> {
  const disk = createSimDisk({ crashModel: false });
  const directory = await open(disk, collectingLogger().logger);
  const log = await directory.create('orders', 0, TOPIC_ID, CONFIG);
  const how = { nowMs: clock.now(), durable: true };
  for (let index = 0; index < BATCHES; index++) {
    const values = [`a${index}`, `b${index}`.padEnd(60)];
    // No two alike, and now and then one that is older than those before it.
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
  await log.deleteRecordsBelow(LOG_START);
  if (isClean) await directory.close();
  else await log.abandon();
  const files = new Map<string, Buffer>();
  for (const path of disk.files()) files.set(path, (await disk.readFile(path)) ?? Buffer.alloc(0));
  return files;
}

async function diskWith(files: Files): Promise<SimDisk> {
  const disk = createSimDisk({ crashModel: false });
  await disk.makeDirectory('/data/orders-0');
  for (const [path, content] of files) {
    const file = await disk.open(path, 'write');
    if (content.length > 0) await file.writev([content], 0);
    await file.close();
  }
  return disk;
}

/** What is served: each batch's bytes by its base offset, and what lookups by time answer. */
interface Served {
  readonly batches: ReadonlyMap<number, string>;
  readonly byTime: readonly string[];
  readonly aborted: string;
  readonly logStart: number;
  readonly logEnd: number;
  readonly failedReads: number;
}

async function serve(log: ManagedLog): Promise<Served> {
  const batches = new Map<number, string>();
  let failedReads = 0;
  for (let offset = log.logStartOffset; offset < log.logEndOffset; offset++) {
    const result = await log.read(offset, { maxBytes: 1, minOneBatch: true, upTo: 'high-watermark' });
    if (result.kind !== 'batches') {
      failedReads++;
      continue;
    }
    const bytes = Buffer.concat(result.buffers);
    for (const batch of walkBatches(bytes)) {
      assert(batch.kind === 'batch', 'what is served is whole');
      batches.set(Number(bytes.readBigInt64BE(batch.position)), bytes.toString('hex'));
    }
  }
  const byTime: string[] = [];
  for (let index = 0; index <= BATCHES; index += 3) {
    const query = { kind: 'time', timestampMs: BASE_TIMESTAMP_MS + index * 1000 - 700 } as const;
    byTime.push(await answer(() => log.offsetForTimestamp(query)));
  }
  byTime.push(await answer(() => log.offsetForTimestamp({ kind: 'max-timestamp' })));
  const aborted = await answer(() => log.abortedTransactions(log.logStartOffset, log.logEndOffset));
  return { batches, byTime, aborted, logStart: log.logStartOffset, logEnd: log.logEndOffset, failedReads };
}

async function answer(ask: () => unknown): Promise<string> {
  try {
    return JSON.stringify((await ask()) ?? null);
  } catch (error) {
    return `refused: ${error}`;
  }
}

function collectingLogger() {
  const complaints: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    warn: (message, fields) => complaints.push(`${message} ${JSON.stringify(fields)}`),
    error: (message, fields) => complaints.push(`${message} ${JSON.stringify(fields)}`),
    with: () => logger,
  };
  return { logger, complaints };
}

/** Opens the files with one byte changed and compares what is served with what should be. */
async function flip(files: Files, path: string, position: number, mask: number, good: Served): Promise<void> {
  const disk = await diskWith(files);
  disk.flipByte(path, position, mask);
  const { logger, complaints } = collectingLogger();
  let directory: LogDirectory;
  try {
    directory = await open(disk, logger);
  } catch (error) {
    assert(error instanceof LogDirectoryError, String(error));
    return;
  }
  const log = directory.get('orders', 0)?.log;
  if (log === undefined) {
    assert(complaints.length > 0, 'a partition that is gone is told');
    return;
  }
  const served = await serve(log);
  for (const [offset, bytes] of served.batches) {
    assert.equal(bytes, good.batches.get(offset), `the batch at ${offset} is another one`);
  }
  const isWhole = served.batches.size === good.batches.size && served.failedReads === 0;
  if (!isWhole || served.logEnd !== good.logEnd) assert(complaints.length > 0, 'what is missing is told');
  if (served.logStart !== good.logStart) assert(complaints.length > 0, 'another log start is told');
  if (served.logEnd === good.logEnd && served.logStart === good.logStart) {
    served.byTime.forEach((found, index) => {
      if (!found.startsWith('refused')) assert.equal(found, good.byTime[index], `lookup ${index} by time`);
    });
    if (!served.aborted.startsWith('refused')) assert.equal(served.aborted, good.aborted, 'aborted transactions');
  }
  await directory.close();
}

/** Compared with the cluster's metadata by the broker; nothing here can tell one topic id from another. */
const CHECKED_ELSEWHERE = /partition\.metadata$/;

/**
 * The leader epoch lies outside a batch's CRC. After a clean stop the epoch checkpoint tells a wrong one; after a kill
 * the last batches may rightly be of an epoch that is not in there yet.
 */
function isLeaderEpoch(log: Buffer, position: number): boolean {
  for (const batch of walkBatches(log)) {
    const at = position - batch.position;
    if (at >= 12 && at < 16) return true;
  }
  return false;
}

for (const isClean of [true, false]) {
  describe(`I21: one flipped byte after a ${isClean ? 'clean stop' : 'kill'}`, () => {
    for (const [kind, pattern, stride] of [
      ['log', /\.log$/, 11],
      ['offset index', /\.index$/, 2],
      ['time index', /\.timeindex$/, 2],
      ['transaction index', /\.txn(index|check)$/, 2],
      ['producer snapshot', /\.snapshot$/, 5],
      ['checkpoint', /checkpoint$/, 2],
      ['meta.properties', /meta\.properties$/, 1],
    ] as const) {
      test(`of a ${kind} is never served`, async () => {
        const files = await writeFiles(isClean);
        const directory = await open(await diskWith(files), collectingLogger().logger);
        const log = directory.get('orders', 0)?.log;
        assert(log !== undefined);
        const good = await serve(log);
        assert.equal(good.failedReads, 0);
        await directory.close();
        let flips = 0;
        for (const [path, content] of files) {
          if (!pattern.test(path) || CHECKED_ELSEWHERE.test(path)) continue;
          for (let position = flips % stride; position < content.length; position += stride) {
            if (!isClean && pattern.test('.log') && isLeaderEpoch(content, position)) continue;
            const mask = flips % 2 === 0 ? 0xff : 1 << (flips % 8);
            await flip(files, path, position, mask, good).catch((cause: unknown) => {
              throw new Error(`${path} byte ${position} mask ${mask}`, { cause });
            });
            flips++;
          }
        }
        assert(flips > 0, 'there is such a file');
      });
    }
  });
}
