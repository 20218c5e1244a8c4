import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Logger } from '@sluice/kernel/logger';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { LogDirectory } from './log-directory.ts';
import { LogDirectoryError } from './log-directory-error.ts';
import type { ManagedLog } from './managed-log.ts';
import {
  BASE_TIMESTAMP_MS,
  BATCHES,
  diskWith,
  type Files,
  openDoctored,
  writeDoctored,
} from './testing/doctor-fixture.ts';

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
    directory = await openDoctored(disk, logger);
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
        const files = await writeDoctored(isClean);
        const directory = await openDoctored(await diskWith(files));
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
