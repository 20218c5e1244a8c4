import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { CODECS } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { codec, isCrcValid, maxTimestamp, patchUnderCrc, timestampType } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import type { LogConfig } from './partition-log.ts';
import { append, appendOptions, batchOf, openTestLog, readAll, readBytes, written } from './testing/test-log.ts';

const clock = createSimClock();
const NOW_MS = clock.now();

async function answer(records: Buffer, config: Partial<LogConfig> = {}) {
  const log = await openTestLog({ disk: createSimDisk(), config });
  const result = log.append(records, appendOptions({ nowMs: NOW_MS }));
  await written(log);
  const bytes = await readBytes(log, 0);
  await log.close();
  return { result, bytes };
}

async function errorOf(records: Buffer, config: Partial<LogConfig> = {}): Promise<number> {
  const { result } = await answer(records, config);
  assert(result.kind === 'refused', JSON.stringify(result));
  return result.errorCode;
}

function changed(change: (batch: Buffer) => void, options: Parameters<typeof batchOf>[1] = {}): Buffer {
  const batch = batchOf(['a', 'b', 'c'], options);
  change(batch);
  return batch;
}

describe("a client's records", () => {
  test('must be exactly one batch of magic 2', async () => {
    assert.equal(await errorOf(Buffer.alloc(0)), ErrorCode.INVALID_RECORD, 'none');
    assert.equal(await errorOf(Buffer.concat([batchOf(['a']), batchOf(['b'])])), ErrorCode.INVALID_RECORD, 'two');
    assert.equal(await errorOf(batchOf(['a']).subarray(0, 70)), ErrorCode.INVALID_RECORD, 'a part of one');
    for (const old of [0, 1]) {
      assert.equal(
        await errorOf(changed((batch) => batch.writeInt8(old, 16))),
        ErrorCode.INVALID_RECORD,
        `magic ${old}`,
      );
    }
    assert.equal(await errorOf(changed((batch) => batch.writeInt8(3, 16))), ErrorCode.CORRUPT_MESSAGE, 'magic 3');
    assert.equal(await errorOf(Buffer.alloc(100, 0x7f)), ErrorCode.CORRUPT_MESSAGE, 'garbage');
  });

  test('may be followed by bytes that are no batch, which are cut off', async () => {
    const batch = batchOf(['a']);
    const { result, bytes } = await answer(Buffer.concat([batch, Buffer.alloc(10)]));
    assert.equal(result.kind, 'appended');
    assert.equal(bytes.length, batch.length);
  });

  test('must have the right CRC, base offset 0 and a known codec', async () => {
    assert.equal(await errorOf(changed((batch) => batch.writeUInt8(1, batch.length - 1))), ErrorCode.CORRUPT_MESSAGE);
    assert.equal(await errorOf(batchOf(['a'], { baseOffset: 5 })), ErrorCode.INVALID_RECORD);
    const unknownCodec = changed((batch) => patchUnderCrc(batch, 0, { attributes: 6 }));
    assert.equal(await errorOf(unknownCodec), ErrorCode.UNKNOWN_SERVER_ERROR);
  });

  test('must fit max.message.bytes and a segment: at the limit, and one past it', async () => {
    const batch = batchOf(['x'.repeat(100)]);
    const sizeBytes = batch.length;
    assert.equal(
      (await answer(batchOf(['x'.repeat(100)]), { maxMessageSizeBytes: sizeBytes })).result.kind,
      'appended',
    );
    assert.equal(
      await errorOf(batchOf(['x'.repeat(100)]), { maxMessageSizeBytes: sizeBytes - 1 }),
      ErrorCode.MESSAGE_TOO_LARGE,
    );
    assert.equal((await answer(batchOf(['x'.repeat(100)]), { segmentSizeBytes: sizeBytes })).result.kind, 'appended');
    assert.equal(
      await errorOf(batchOf(['x'.repeat(100)]), { segmentSizeBytes: sizeBytes - 1 }),
      ErrorCode.RECORD_LIST_TOO_LARGE,
    );
  });

  test('must count what they hold, and be no control records', async () => {
    const recount = (lastOffsetDelta: number, count: number) =>
      changed((batch) => {
        batch.writeInt32BE(lastOffsetDelta, 23);
        batch.writeInt32BE(count, 57);
        patchUnderCrc(batch, 0, {});
      });
    assert.equal(await errorOf(recount(3, 3)), ErrorCode.INVALID_RECORD);
    assert.equal(await errorOf(recount(-1, 0)), ErrorCode.INVALID_RECORD);
    assert.equal(await errorOf(recount(2, -1)), ErrorCode.INVALID_RECORD);
    const marker = { type: 'COMMIT', producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, timestampMs: 1 } as const;
    assert.equal(await errorOf(buildEndTxnMarkerBatch(marker)), ErrorCode.INVALID_RECORD);
  });

  test('need a sequence where there is a producer id', async () => {
    const batch = batchOf(['a'], { producerId: 4, producerEpoch: 0, baseSequence: -1 });
    assert.equal(await errorOf(batch), ErrorCode.INVALID_RECORD);
  });
});

describe('timestamps', () => {
  const HOUR_MS = 3_600_000;

  test('may not be further ahead than message.timestamp.after.max.ms; each bad record is named', async () => {
    const records = [0, HOUR_MS, HOUR_MS + 1, 2 * HOUR_MS].map((ahead) => ({
      value: 'v',
      timestampMs: NOW_MS + ahead,
    }));
    const { result } = await answer(buildBatch(records));
    assert(result.kind === 'refused');
    assert.equal(result.errorCode, ErrorCode.INVALID_TIMESTAMP);
    assert.deepEqual(
      result.recordErrors.map((error) => error.batchIndex),
      [2, 3],
    );
    assert.equal((await answer(buildBatch(records.slice(0, 2)))).result.kind, 'appended');
  });

  test('may not be older than message.timestamp.before.max.ms, except none at all', async () => {
    const records = [NOW_MS, NOW_MS - 1001, NOW_MS - 1000].map((timestampMs) => ({ value: 'v', timestampMs }));
    const { result } = await answer(buildBatch(records), { timestampBeforeMaxMs: 1000 });
    assert(result.kind === 'refused');
    assert.deepEqual(
      result.recordErrors.map((error) => error.batchIndex),
      [1],
    );
    const none = buildBatch([{ value: 'v', timestampMs: -1 }]);
    assert.equal((await answer(none, { timestampBeforeMaxMs: 1000 })).result.kind, 'appended');
  });

  test('are the broker’s with LogAppendTime, and the batch says so under a right CRC', async () => {
    const { result, bytes } = await answer(batchOf(['a', 'b'], { timestampMs: 5 }), { timestampType: 'LogAppendTime' });
    assert(result.kind === 'appended');
    assert.equal(result.logAppendTimeMs, NOW_MS);
    assert.equal(timestampType(bytes, 0), 'LogAppendTime');
    assert.equal(maxTimestamp(bytes, 0), NOW_MS);
    assert(isCrcValid(bytes, 0));
  });

  test('of type LogAppendTime are refused from a producer of a LogAppendTime topic', async () => {
    const stamped = changed((batch) => patchUnderCrc(batch, 0, { attributes: 8 }));
    const { result } = await answer(stamped, { timestampType: 'LogAppendTime' });
    assert(result.kind === 'refused');
    assert.equal(result.errorCode, ErrorCode.INVALID_TIMESTAMP);
    assert.equal(result.recordErrors.length, 3);
  });
});

describe('topic configurations that change what is written', () => {
  test('a compacted topic takes no record without a key, and names each', async () => {
    for (const name of CODECS) {
      const records = [{ key: 'k', value: 'a' }, { value: 'b' }, { value: 'c' }];
      const { result } = await answer(buildBatch(records, { codec: name }), { cleanupCompact: true });
      assert(result.kind === 'refused');
      assert.equal(result.errorCode, ErrorCode.INVALID_RECORD);
      assert.deepEqual(
        result.recordErrors.map((error) => error.batchIndex),
        [1, 2],
      );
    }
  });

  for (const target of ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`compression.type=${target} rewrites batches of every other codec`, async () => {
      for (const source of CODECS) {
        const log = await openTestLog({ disk: createSimDisk(), config: { compressionType: target } });
        append(log, batchOf(['a', 'b', 'c'], { codec: source, producerId: 3, producerEpoch: 0, baseSequence: 0 }));
        await written(log);
        const bytes = await readBytes(log, 0);
        assert.equal(codec(bytes, 0), target === 'uncompressed' ? 'none' : target);
        assert(isCrcValid(bytes, 0));
        assert.deepEqual(
          (await readAll(log)).map((record) => record.value),
          ['a', 'b', 'c'],
        );
        await log.close();
      }
    });
  }

  test('a batch that recompression makes too large is refused', async () => {
    const batch = batchOf(['x'.repeat(5000)], { codec: 'gzip' });
    const config = { compressionType: 'uncompressed', maxMessageSizeBytes: 1000 } as const;
    assert.equal(await errorOf(batch, config), ErrorCode.MESSAGE_TOO_LARGE);
  });
});
