import type { SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { OperationContext } from '../../front/operation.ts';
import { createKinesis, type Kinesis } from '../kinesis.ts';
import type { KinesisSettings } from '../settings.ts';
import type { MemoryCluster } from './memory-cluster.ts';

/** A door on virtual time. */
export interface TestDoor {
  readonly kinesis: Kinesis;
  readonly operations: Kinesis['operations'];
  /** As `kill -9`: nothing of it goes on, but what it sent may still arrive. */
  kill(): void;
}

export function openDoor(
  cluster: MemoryCluster,
  clock: SimClock,
  seed: number,
  settings: Partial<KinesisSettings> = {},
): TestDoor {
  const { log, kill } = cluster.connect();
  const kinesis = createKinesis({ log, clock, random: createSimRandom(seed), settings });
  return {
    kinesis,
    operations: kinesis.operations,
    kill() {
      kill();
      kinesis.close();
    },
  };
}

export function contextAt(clock: SimClock, signal: AbortSignal = new AbortController().signal): OperationContext {
  return {
    accountId: '123456789012',
    region: 'eu-central-1',
    awsPartition: 'aws',
    requestId: 'request',
    now: clock.now(),
    signal,
  };
}

/** Moves time on until the promise has settled. */
export async function settled<Result>(clock: SimClock, promise: Promise<Result> | Result): Promise<Result> {
  let isSettled = false;
  const done = () => {
    isSettled = true;
  };
  Promise.resolve(promise).then(done, done);
  await clock.runUntil(() => isSettled);
  return await promise;
}
