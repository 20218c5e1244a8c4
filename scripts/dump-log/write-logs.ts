import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@sluice/kernel/logger';
import { realClock } from '@sluice/kernel/real/clock';
import { realDisk } from '@sluice/kernel/real/disk';
import { holdProcess } from '@sluice/kernel/real/hold-process';
import { realRandom } from '@sluice/kernel/real/random';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import { openLogDirectory } from '@sluice/log/log-manager';
import type { ManagedLog } from '@sluice/log/managed-log';
import type { LogConfig, PartitionLog } from '@sluice/log/partition-log';
import { createTailCache } from '@sluice/log/tail-cache';
import { CODECS } from '@sluice/protocol/compression/codec';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isControlBatch, lastOffset, producerId } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

const BATCHES = 400;
const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const SMALL: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 16 * 1024, indexIntervalBytes: 500 };
const COMPACTED: LogConfig = {
  ...SMALL,
  cleanupCompact: true,
  cleanupDelete: false,
  cleanableDirtyRatioMin: 0,
  deleteRetentionMs: 1,
};
const CONFIGS: Readonly<Record<string, LogConfig>> = {
  plain: SMALL,
  recompressed: { ...SMALL, compressionType: 'zstd' },
  stamped: { ...SMALL, timestampType: 'LogAppendTime' },
  transactional: SMALL,
  closed: { ...SMALL, segmentSizeBytes: 1024 * 1024 },
  compacted: COMPACTED,
  'compacted-transactional': COMPACTED,
};
/** Their logs have gaps. */
export const COMPACTED_TOPICS: readonly string[] = Object.keys(CONFIGS).filter((topic) =>
  topic.startsWith('compacted'),
);

export interface WrittenLogs {
  /** In all logs, markers too. */
  readonly recordCount: number;
  /** Of compacted topics: the offsets that consumers of all records, and of committed ones, must get. */
  readonly offsets: ReadonlyMap<string, { readonly all: readonly number[]; readonly committed: readonly number[] }>;
}

/** Fills one topic of each kind and stops, once cleanly with a restart before it. Says what is left in them. */
export async function writeLogs(path: string): Promise<WrittenLogs> {
  // While a compaction rests there is nothing but its timer.
  const letGo = holdProcess();
  try {
    return await writeRounds(path);
  } finally {
    letGo();
  }
}

async function writeRounds(path: string): Promise<WrittenLogs> {
  const offsets: Map<string, { all: number[]; committed: number[] }> = new Map();
  let recordCount = 0;
  for (const round of [0, 1]) {
    const directory = await openLogDirectory({
      disk: realDisk,
      clock: realClock,
      random: realRandom,
      logger: silentLogger,
      path,
      clusterId: 'dump-log',
      nodeId: 1,
      tailCache: createTailCache(0),
      durability: 'os',
      configOf: (topic) => CONFIGS[topic] ?? SMALL,
    });
    for (const [topic, config] of Object.entries(CONFIGS)) {
      const log = directory.get(topic, 0)?.log ?? (await directory.create(topic, 0, TOPIC_ID, config));
      log.reconfigure(config);
      const count = await fill(log, topic, round);
      if (!COMPACTED_TOPICS.includes(topic)) recordCount += count;
    }
    await directory.checkpoint();
    await directory.compact();
    assert.equal(directory.uncompacted.size, 0, [...directory.uncompacted.values()].join());
    if (round === 1) {
      for (const topic of COMPACTED_TOPICS) {
        const left = await readLog(directory.get(topic, 0)?.log);
        recordCount += left.recordCount;
        offsets.set(topic, left);
      }
    }
    await directory.close();
  }
  return { recordCount, offsets };
}

async function fill(log: PartitionLog, topic: string, round: number): Promise<number> {
  const isTransactional = topic.endsWith('transactional');
  const isCompacted = COMPACTED_TOPICS.includes(topic);
  await new Promise<void>((resolve) => log.whenReady(resolve));
  let recordCount = 0;
  let sequence = 0;
  const append = (records: Buffer, origin: 'client' | 'coordinator') => {
    const result = log.append(records, { leaderEpoch: round, nowMs: realClock.now(), durable: false, origin });
    assert.equal(result.kind, 'appended', JSON.stringify(result));
  };
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = 1 + (batch % 7);
    const records = Array.from({ length: count }, (_, index) => ({
      // Some that are never written again.
      key: isCompacted && batch % 10 === 0 ? `key-${batch}-${index}` : `key-${index}`,
      // Every eighth deletes its key.
      value: isCompacted && (batch + index) % 8 === 0 ? null : `${topic}-${batch}-${index}-`.repeat(1 + (batch % 9)),
      headers: [{ key: 'n', value: String(index) }],
      // Now and then one is older than the one before it.
      timestampMs: realClock.now() - (batch % 5) * 10,
    }));
    const producer = { producerId: 7 + round, producerEpoch: 0, baseSequence: sequence, isTransactional };
    append(
      buildBatch(records, {
        codec: CODECS[batch % CODECS.length] ?? 'none',
        ...(batch % 2 === 0 || isTransactional ? producer : {}),
      }),
      'client',
    );
    if (batch % 2 === 0 || isTransactional) sequence += count;
    recordCount += count;
    if (isTransactional && batch % 5 === 4) {
      const type = batch % 2 === 0 ? 'ABORT' : 'COMMIT';
      append(
        buildEndTxnMarkerBatch({
          type,
          producerId: producer.producerId,
          producerEpoch: 0,
          coordinatorEpoch: 1,
          timestampMs: realClock.now(),
        }),
        'coordinator',
      );
      recordCount++;
    }
    if (batch % 40 === 0) await sleep(2);
  }
  await log.flush();
  return recordCount;
}

async function readLog(log: ManagedLog | undefined) {
  assert(log !== undefined);
  const all: number[] = [];
  const committed: number[] = [];
  let recordCount = 0;
  const aborted = await log.abortedTransactions(log.logStartOffset, log.logEndOffset);
  for (let next = log.logStartOffset; next < log.logEndOffset; ) {
    const read = await log.read(next, { maxBytes: 1024 * 1024, minOneBatch: true, upTo: 'log-end' });
    assert(read.kind === 'batches' && read.sizeBytes > 0, JSON.stringify(read));
    const bytes = Buffer.concat(read.buffers);
    for (const batch of walkBatches(bytes)) {
      assert(batch.kind === 'batch');
      const at = batch.position;
      const records = readRecords(bytes, at);
      assert(!isBatchError(records));
      next = lastOffset(bytes, at) + 1;
      recordCount += records.length;
      if (isControlBatch(bytes, at)) continue;
      const isAborted = aborted.some(
        (txn) => txn.producerId === producerId(bytes, at) && txn.firstOffset < next && txn.lastOffset >= next,
      );
      for (const { offset } of records) {
        all.push(offset);
        if (!isAborted && next <= log.lastStableOffset) committed.push(offset);
      }
    }
  }
  return { recordCount, all, committed };
}
