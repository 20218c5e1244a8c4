import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { createSimClock } from '@sluice/kernel/sim/clock';
import type { ReadResult } from '@sluice/log/partition-log';
import type { HostedPartition } from '../partitions/hosted-partition.ts';
import { fetchTargets } from './fetch-now.ts';
import type { FetchTarget } from './fetch-partition.ts';

const WAIT_MS = 30_000;
const NOTHING: ReadResult = { kind: 'batches', buffers: [], sizeBytes: 0 };

/** A log of which only what a fetch looks at is there; its reads are answered by `read`. */
function hostedWith(read: () => ReadResult | Promise<ReadResult>) {
  const log = {
    highWatermark: 0,
    lastStableOffset: 0,
    logStartOffset: 0,
    failure: undefined as string | undefined,
    isReadable: true,
    read,
    watch: () => () => {},
  };
  return { log, hosted: { topic: 'orders', partition: 0, log } as unknown as HostedPartition };
}

function targetOf(partition: number): FetchTarget {
  return {
    topic: 'orders',
    topicId: ZERO_UUID,
    partition,
    fetchOffset: 0,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    maxBytes: 1_000,
  };
}

it('a batch that comes while another partition is read from disk ends the wait', async () => {
  const clock = createSimClock();
  const batch = Buffer.alloc(100);
  const disk = Promise.withResolvers<ReadResult>();
  const live = hostedWith(() =>
    live.log.highWatermark === 0 ? NOTHING : { kind: 'batches', buffers: [batch], sizeBytes: batch.length },
  );
  let coldReads = 0;
  const cold = hostedWith(() => (coldReads++ === 0 ? disk.promise : NOTHING));
  const hosted = [live.hosted, cold.hosted];
  const fetching = fetchTargets(
    [targetOf(0), targetOf(1)],
    { sizeBytesMin: 1, sizeBytesMax: 10_000, waitMsMax: WAIT_MS, upTo: 'high-watermark' },
    { clock, lookUp: ({ partition }) => hosted[partition] as HostedPartition, onStopping: () => () => {} },
  );
  live.log.highWatermark = 1;
  live.log.lastStableOffset = 1;
  disk.resolve(NOTHING);
  const fetched = await fetching;
  assert.deepEqual(
    fetched.map(({ sizeBytes }) => sizeBytes),
    [batch.length, 0],
  );
  assert.equal(clock.timerCount, 0);
});

it('a log that is offline for want of space, and still read from, is waited for and not asked again and again', async () => {
  const clock = createSimClock();
  let reads = 0;
  const full = hostedWith(() => {
    reads++;
    return NOTHING;
  });
  full.log.failure = 'no space left';
  const fetching = fetchTargets(
    [targetOf(0)],
    { sizeBytesMin: 1, sizeBytesMax: 10_000, waitMsMax: WAIT_MS, upTo: 'high-watermark' },
    // On a clock that stands still it would never come back; this one makes it fail instead.
    {
      clock: { ...clock, monotonicMs: () => clock.monotonicMs() + reads * 1_000 },
      lookUp: () => full.hosted,
      onStopping: () => () => {},
    },
  );
  await clock.advance(WAIT_MS);
  assert.equal((await fetching).length, 1);
  assert.equal(reads, 1);
});
