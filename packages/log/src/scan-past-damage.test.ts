import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { OFFSET_INDEX_SUFFIX, segmentFileName } from './file-names.ts';
import { diskWith, type Files, filesOf } from './testing/doctor-fixture.ts';
import { append, batchOf, DIRECTORY, durable, openTestLog, READ_ALL, recordsOf } from './testing/test-log.ts';

const BATCHES_BELOW = 6;
const BATCHES_ABOVE = 2;
const RECORDS = 3;
const RECOVERY_POINT = BATCHES_BELOW * RECORDS;
const END = (BATCHES_BELOW + BATCHES_ABOVE) * RECORDS;
const LOG = `${DIRECTORY}/${segmentFileName(0, '.log')}`;
const INDEX = `${DIRECTORY}/${segmentFileName(0, OFFSET_INDEX_SUFFIX)}`;
const config = { indexIntervalBytes: 150 };

/** Eight batches in one segment, killed; the recovery point, with all that is written at one, is behind the sixth. */
async function writeKilled(): Promise<Files> {
  const disk = createSimDisk({ crashModel: false });
  const log = await openTestLog({ disk, config });
  for (let index = 0; index < BATCHES_BELOW + BATCHES_ABOVE; index++) {
    if (index === BATCHES_BELOW) await log.checkpoint();
    const producer = { producerId: index % 2, producerEpoch: 0, baseSequence: Math.floor(index / 2) * RECORDS };
    append(log, batchOf([`a${index}`, 'b', 'c'], producer), { leaderEpoch: Math.floor(index / 3) });
  }
  await durable(log);
  await log.abandon();
  return filesOf(disk);
}

interface Damaged {
  readonly position: number;
  readonly mask: number;
}

/** Opens it with its index and these bytes of its log damaged, and reads all that can be read. */
async function serve(files: Files, damages: readonly Damaged[], broken: { cutsBelowRecoveryPoint?: boolean } = {}) {
  const disk = await diskWith(files);
  disk.flipByte(INDEX, 5, 0xff);
  for (const { position, mask } of damages) disk.flipByte(LOG, position, mask);
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => errors.push(message), with: () => logger };
  const recovery = { cleanShutdown: false, recoveryPoint: RECOVERY_POINT, logStartOffset: 0 };
  const log = await openTestLog({ disk, config, recovery, logger, ...broken });
  const atOpen = [...errors];
  const served = new Map<number, string>();
  for (let offset = 0; offset < log.logEndOffset; offset++) {
    const result = await log.read(offset, { ...READ_ALL, maxBytes: 1 });
    if (result.kind !== 'batches') continue;
    for (const record of recordsOf(Buffer.concat(result.buffers))) served.set(record.offset, record.value);
  }
  return { log, served, atOpen };
}

/** Where each batch lies in the log. */
function batchesOf(files: Files) {
  const content = files.get(LOG) ?? assert.fail();
  return [...walkBatches(content)].map((batch) => {
    assert(batch.kind === 'batch');
    const nextAt = batch.position + 12 + content.readInt32BE(batch.position + 8);
    return { position: batch.position, sizeBytes: nextAt - batch.position };
  });
}

/** The header byte by byte, some of the records. */
function bytesOf(sizeBytes: number): number[] {
  const all = Array.from({ length: sizeBytes }, (_, at) => at);
  return all.filter((at) => at < BATCH_HEADER_SIZE_BYTES || at % 7 === 0);
}

async function assertKept(files: Files, index: number, damage: Damaged, broken = {}): Promise<void> {
  const { log, served, atOpen } = await serve(files, [damage], broken);
  assert.equal(log.logEndOffset, END, 'no offset is given out again');
  const good = (await serve(files, [])).served;
  for (const [offset, value] of good) {
    const batch = Math.floor(offset / RECORDS);
    // Of two neighbours whose offsets disagree a read cannot tell which one is wrong.
    const isDoubtful = batch === index || batch === index - 1;
    if (!isDoubtful || served.has(offset)) assert.equal(served.get(offset), value, `offset ${offset}`);
  }
  if (served.size < good.size) assert(atOpen.length > 0, 'it is told at the start');
}

describe('an index and a batch below the recovery point that are damaged together', () => {
  test('cost the batch, whichever it is, and nothing behind it', async () => {
    const files = await writeKilled();
    assert.equal((await serve(files, [])).served.size, END);
    for (const [index, { position, sizeBytes }] of batchesOf(files).slice(0, BATCHES_BELOW).entries()) {
      for (const at of bytesOf(sizeBytes)) {
        const damage = { position: position + at, mask: at % 2 === 0 ? 0xff : 1 << (at % 8) };
        await assertKept(files, index, damage).catch((cause: unknown) => {
          throw new Error(`batch ${index} byte ${at} mask ${damage.mask}`, { cause });
        });
      }
    }
  });

  test('are noticed: a recovery that takes the damage for a torn write loses what was acknowledged', async () => {
    const files = await writeKilled();
    const [, second] = batchesOf(files);
    assert(second !== undefined);
    const damage = { position: second.position + BATCH_HEADER_SIZE_BYTES, mask: 0xff };
    await assertKept(files, 1, damage);
    await assert.rejects(
      assertKept(files, 1, damage, { cutsBelowRecoveryPoint: true }),
      /no offset is given out again/,
    );
  });

  test('do not keep the log from being written, closed and opened again', async () => {
    const files = await writeKilled();
    const [, second, , fourth] = batchesOf(files);
    assert(second !== undefined && fourth !== undefined);
    const { log } = await serve(files, [
      { position: second.position + 70, mask: 1 },
      { position: fourth.position + 8, mask: 0xff },
    ]);
    assert.equal(append(log, batchOf(['new'])), END);
    await durable(log);
    const [last] = recordsOf(Buffer.concat(await buffersAt(log, END)));
    assert.equal(last?.value, 'new');
    await assert.rejects(buffersAt(log, RECORDS), /corrupt|CRC/);
    await log.close();
  });

  test('above it are a torn write, and cut', async () => {
    const files = await writeKilled();
    const above = batchesOf(files)[BATCHES_BELOW];
    assert(above !== undefined);
    const { log } = await serve(files, [{ position: above.position + 70, mask: 1 }]);
    assert.equal(log.logEndOffset, RECOVERY_POINT);
  });

  test('a tail that is torn below it is cut: nothing lies behind', async () => {
    const files = await writeKilled();
    const last = batchesOf(files)[BATCHES_BELOW - 1];
    assert(last !== undefined);
    const torn = new Map(files).set(LOG, (files.get(LOG) ?? assert.fail()).subarray(0, last.position + 70));
    const { log } = await serve(torn, []);
    assert.equal(log.logEndOffset, RECOVERY_POINT - RECORDS);
  });
});

async function buffersAt(log: Awaited<ReturnType<typeof openTestLog>>, offset: number): Promise<Buffer[]> {
  const result = await log.read(offset, { ...READ_ALL, maxBytes: 1 });
  if (result.kind !== 'batches') throw new Error(JSON.stringify(result));
  return [...result.buffers];
}
