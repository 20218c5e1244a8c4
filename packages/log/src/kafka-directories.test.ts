import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  isControlBatch,
  isTransactional,
  producerId,
  type TimestampType,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import { openLogDirectory } from './log-manager.ts';
import type { ManagedLog } from './managed-log.ts';
import { createTailCache } from './tail-cache.ts';
import { type ExpectedRead, expectedOf, loadFixture } from './testing/load-fixture.ts';
import { readBytes } from './testing/test-log.ts';

const CLUSTER_ID = 'Pczo6qcHQlqyC9RwsOmxOw';

/** A clock shortly after Kafka wrote the fixtures. */
const clock = createSimClock({ startMs: Date.UTC(2026, 10, 21, 9) });

async function openFixture(fixture: string, disk?: Awaited<ReturnType<typeof loadFixture>>) {
  return openLogDirectory({
    disk: disk ?? (await loadFixture(fixture)),
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: CLUSTER_ID,
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: (topic) => ({ ...DEFAULT_LOG_CONFIG, cleanupCompact: topic === 'compacted' }),
  });
}

/** As a consumer sees a log: no control records and, if `isCommitted`, no aborted ones either. */
async function consume(log: ManagedLog, isCommitted: boolean): Promise<ExpectedRead> {
  const end = isCommitted ? log.lastStableOffset : log.highWatermark;
  const aborted = await log.abortedTransactions(log.logStartOffset, end);
  const digest = createHash('sha256');
  const offsets: number[] = [];
  for (let next = log.logStartOffset; next < end; ) {
    const bytes = await readBytes(log, next, {
      maxBytes: 10_000,
      upTo: isCommitted ? 'last-stable' : 'high-watermark',
    });
    if (bytes.length === 0) break;
    for (const batch of walkBatches(bytes)) {
      assert(batch.kind === 'batch');
      const records = readRecords(bytes, batch.position);
      assert(!isBatchError(records));
      next = Math.max(next, (records.at(-1)?.offset ?? next) + 1);
      if (isControlBatch(bytes, batch.position)) continue;
      const id = producerId(bytes, batch.position);
      const isAborted = (record: BatchRecord) =>
        isCommitted &&
        isTransactional(bytes, batch.position) &&
        aborted.some(
          (txn) => txn.producerId === id && record.offset >= txn.firstOffset && record.offset <= txn.lastOffset,
        );
      for (const record of records) {
        if (isAborted(record)) continue;
        offsets.push(record.offset);
        digest.update(lineOf(record, timestampType(bytes, batch.position)));
      }
    }
  }
  return {
    records: offsets.length,
    firstOffset: offsets[0] ?? null,
    lastOffset: offsets.at(-1) ?? null,
    sha256: digest.digest('hex'),
  };
}

/** As librdkafka numbers them, which wrote the digests. */
const TIMESTAMP_TYPES = { CreateTime: 1, LogAppendTime: 2 };

function lineOf(record: BatchRecord, type: TimestampType): string {
  const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? '-';
  const headers = record.headers.map((header) => `${header.key}=${hex(header.value)}`).join(',');
  return `${[record.offset, TIMESTAMP_TYPES[type], record.timestampMs, hex(record.key), hex(record.value), headers].join('\t')}\n`;
}

for (const fixture of ['kafka-4.3.1-clean', 'kafka-4.3.1-killed']) {
  describe(`the data directory ${fixture}`, () => {
    test('gives back what Kafka gave', async () => {
      const directory = await openFixture(fixture);
      assert.deepEqual([...directory.unopened], []);
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
        const log = directory.get(topic, Number(partition))?.log;
        assert(log !== undefined, name);
        assert.equal(log.highWatermark, expected.highWatermark, `${name}: high watermark`);
        assert(log.logStartOffset >= expected.logStartOffset, `${name}: log start`);
        assert.deepEqual(await consume(log, false), expected.read_uncommitted, `${name}: all records`);
        assert.deepEqual(await consume(log, true), expected.read_committed, `${name}: committed records`);
      }
      await directory.close();
    });

    test('opens again, cleanly, after us', async () => {
      const disk = await loadFixture(fixture);
      await (await openFixture(fixture, disk)).close();
      const directory = await openFixture(fixture, disk);
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
        const log = directory.get(topic, Number(partition))?.log;
        assert(log !== undefined, name);
        assert.equal(log.logEndOffset, expected.highWatermark, name);
        assert.deepEqual(await consume(log, false), expected.read_uncommitted, `${name}: all records`);
      }
      await directory.close();
    });
  });
}
