import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import {
  check,
  complaints,
  diskWith,
  type Files,
  openDoctored,
  repair,
  servedBatches,
  writeDoctored,
} from '../testing/doctor-fixture.ts';
import type { Finding } from './finding.ts';

/** What lies in them means nothing: that they are there is all. */
const MEANINGLESS = /\.kafka_cleanshutdown$|\.lock$/;

/**
 * The leader epoch lies outside of the CRC. Before the first known epoch any lower one may be right, behind the recovery
 * point any higher one.
 */
function hasNoMeaning(log: Buffer, position: number, isClean: boolean): boolean {
  for (const batch of walkBatches(log)) {
    const isEpoch = position - batch.position >= 12 && position - batch.position < 16;
    if (isEpoch && (!isClean || log.readBigInt64BE(batch.position) < 4n)) return true;
  }
  return false;
}

/** An index that the next start makes again in any case. */
const isUnfinished = ({ code }: Finding) => code === 'unfinished-index';

interface Case {
  readonly files: Files;
  readonly good: ReadonlyMap<number, string>;
  readonly path: string;
  readonly position: number;
  readonly mask: number;
}

/** One byte is another: it is reported, the start does what was foretold, and a repair serves all that is good. */
async function flip({ files, good, path, position, mask }: Case): Promise<void> {
  const disk = await diskWith(files);
  disk.flipByte(path, position, mask);
  const before = disk.changeCount;
  const found = await check(disk, { isDeep: true });
  assert.equal(disk.changeCount, before, 'a check changes nothing');
  assert(complaints(found.findings).length > 0 || found.findings.some(isUnfinished), 'it is reported');

  const [partition] = found.partitions;
  assert(partition !== undefined);
  const started = await diskWith(files);
  started.flipByte(path, position, mask);
  const directory = await openDoctored(started).catch(() => undefined);
  const log = directory?.get('orders', 0)?.log;
  if (log !== undefined) {
    const foretold = partition.foretold ?? partition;
    // A log is opened at its first use.
    await log.read(log.logStartOffset, { maxBytes: 1, minOneBatch: true, upTo: 'high-watermark' });
    assert.equal(log.logEndOffset, foretold.logEndOffset, 'the start ends the log where it was foretold');
    assert.equal(log.logStartOffset, foretold.logStartOffset, 'the start begins the log where it was foretold');
  }
  await directory?.close();

  if (/meta\.properties$/.test(path)) return;
  const everything = {
    acceptLoss: [{ partition: 'orders-0', offsets: { from: 0, to: 1000 } }],
    setAside: [],
    adopt: ['orders-0'],
  };
  const repaired = await repair(disk, everything);
  assert.deepEqual(complaints(repaired.check.findings), [], 'nothing is left to complain of');
  const lost = repaired.done.flatMap(({ action }) => (action?.kind === 'replace-range' ? [action.offsets] : []));
  const after = await openDoctored(disk);
  const served = await servedBatches(after.get('orders', 0)?.log ?? assert.fail('the partition is served'));
  for (const [offset, bytes] of good) {
    if (lost.some(({ from, to }) => offset >= from && offset <= to)) continue;
    if (/\.log$/.test(path) && !served.has(offset) && offset === [...good.keys()].at(-1)) continue;
    assert.equal(served.get(offset), bytes, `the batch at ${offset} is served`);
  }
  await after.close();
}

for (const isClean of [true, false]) {
  describe(`one flipped byte after a ${isClean ? 'clean stop' : 'kill'}`, () => {
    for (const [kind, pattern, stride] of [
      ['log', /\.log$/, 53],
      ['offset index', /\.index$/, 7],
      ['time index', /\.timeindex$/, 11],
      ['transaction index', /\.txn(index|check)$/, 13],
      ['producer snapshot', /\.snapshot$/, 83],
      ['checkpoint', /checkpoint$|sluice-logs-at-stop$/, 11],
      ['owner', /partition\.metadata$|meta\.properties$/, 5],
    ] as const) {
      test(`of a ${kind}`, async () => {
        const files = await writeDoctored(isClean);
        const disk = await diskWith(files);
        const whole = await check(disk);
        assert.deepEqual(complaints(whole.findings), []);
        const directory = await openDoctored(disk);
        const good = await servedBatches(directory.get('orders', 0)?.log ?? assert.fail());
        assert(good.size > 15);
        await directory.close();
        let flips = 0;
        for (const [path, content] of files) {
          if (!pattern.test(path) || MEANINGLESS.test(path)) continue;
          for (let position = flips % stride; position < content.length; position += stride) {
            if (pattern.test('.log') && hasNoMeaning(content, position, isClean)) continue;
            const mask = flips % 2 === 0 ? 0xff : 1 << (flips % 8);
            flips++;
            await flip({ files, good, path, position, mask }).catch((cause: unknown) => {
              throw new Error(`${path} byte ${position} mask ${mask}`, { cause });
            });
          }
        }
        assert(flips > 0, 'there is such a file');
      });
    }
  });
}

test('an empty data directory is healthy', async () => {
  const disk = createSimDisk({ crashModel: false });
  await (await openDoctored(disk)).close();
  const found = await check(disk, { expected: undefined });
  assert.deepEqual(complaints(found.findings), []);
});
