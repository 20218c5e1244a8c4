import { setTimeout as pause } from 'node:timers/promises';
import type { Shard } from '@sluice/aws/kinesis/generated/types';
import type { Seen } from '@sluice/aws/kinesis/testing/check-order';
import { randomReshard } from '@sluice/aws/kinesis/testing/random-reshard';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { Refusal } from './call.ts';
import { createRestartedDoor, untilStreamActive } from './restarted-door.ts';
import { createStreamReader, listShards } from './stream-reader.ts';

const STREAM = 'restarted';
const KEYS = Array.from({ length: 8 }, (_, index) => `key-${index}`);
const PUT_RECORDS_MAX = 8;
const READ_RECORDS_MAX = 400;
const RETRY_MS = 50;
const UP_MS = 1_500;

export interface RestartsOptions {
  readonly cycles: number;
  readonly seed: number;
  /** Done to the data directory between a kill and the next start. */
  readonly damage?: (dataDirectory: string, stream: string) => void;
}

export interface RestartsResult {
  /** Values that a put was acknowledged for, in the order of one writer per key. */
  readonly acknowledged: ReadonlyMap<string, readonly number[]>;
  /** As a consumer saw it that read on through all restarts, with its iterators. */
  readonly live: readonly Seen[];
  /** All of it, read after a last, clean restart. */
  readonly later: readonly Seen[];
  readonly shards: readonly Shard[];
  readonly reshardCount: number;
  readonly readyMs: readonly number[];
}

/** Writers, a resharder and a consumer on a broker with a door in a real process, which is killed again and again. */
export async function runRestarts({ cycles, seed, damage }: RestartsOptions): Promise<RestartsResult> {
  const random = createSimRandom(seed);
  await using door = createRestartedDoor();
  const { ask, insist } = door;
  const acknowledged = new Map(KEYS.map((key) => [key, [] as number[]]));
  let isOver = false;

  async function write(key: string, own: number[]): Promise<void> {
    for (let value = 0; !isOver; ) {
      const values = Array.from({ length: 1 + random.below(PUT_RECORDS_MAX) }, (_, index) => value + index);
      const Records = values.map((each) => ({ PartitionKey: key, Data: Buffer.from(String(each)).toString('base64') }));
      try {
        const answer = await ask<{ FailedRecordCount: number }>('PutRecords', { StreamName: STREAM, Records });
        if (answer.FailedRecordCount === 0) own.push(...values);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        await pause(RETRY_MS);
      }
      // What was not acknowledged may be there all the same: it is not put again, so that a double is a fault.
      value += values.length;
    }
  }

  async function reshard(): Promise<number> {
    let count = 0;
    while (!isOver) {
      await pause(random.below(400));
      try {
        const open = (await listShards(ask, STREAM)).filter(
          ({ SequenceNumberRange }) => SequenceNumberRange.EndingSequenceNumber === undefined,
        );
        const change = randomReshard(STREAM, open, random.below);
        if (change === undefined) continue;
        await ask(change.operation, change.input);
        count++;
      } catch {
        // Another change is under way, or there is no door.
      }
    }
    return count;
  }

  async function consume(reader: { readOn(): Promise<boolean> }): Promise<void> {
    while (!isOver) if (!(await reader.readOn())) await pause(RETRY_MS);
    while (await reader.readOn());
  }

  async function restart(): Promise<void> {
    for (let cycle = 0; cycle < cycles; cycle++) {
      await pause(UP_MS / 2 + random.below(UP_MS));
      await door.close('SIGKILL');
      damage?.(door.dataDirectory, STREAM);
      await door.open();
    }
    await pause(UP_MS);
    isOver = true;
  }

  await door.open();
  await insist('CreateStream', { StreamName: STREAM, ShardCount: 2 });
  await untilStreamActive(insist, STREAM);
  const reader = createStreamReader(insist, STREAM, () => 1 + random.below(READ_RECORDS_MAX));
  const resharding = reshard();
  const work = [...[...acknowledged].map(([key, own]) => write(key, own)), consume(reader), restart()];
  const worked = door.together(work, () => {
    isOver = true;
  });
  // It ends with the others, also when they fail.
  const [reshardCount] = await Promise.all([resharding, worked]);
  await untilStreamActive(insist, STREAM);
  while (await reader.readOn());
  await door.close('SIGTERM');
  await door.open();
  const again = createStreamReader(insist, STREAM, () => 10_000);
  while (await again.readOn());
  const shards = await listShards(insist, STREAM);
  return { acknowledged, live: reader.seen, later: again.seen, shards, reshardCount, readyMs: door.readyMs };
}
