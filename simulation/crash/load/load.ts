import { type Broker, openBroker } from '@sluice/client/broker';
import type { BrokerAddress } from '@sluice/client/broker-address';
import { ClientError } from '@sluice/client/client-error';
import type { Clock } from '@sluice/kernel/clock';
import type { Network } from '@sluice/kernel/network';
import type { SimRandom } from '@sluice/kernel/sim/random';
import type { Recorder } from '../recorder.ts';

const REDIAL_MS = 20;
/** A disk that others keep busy may hold a sync back for long; who does not answer at all is noticed all the same. */
const ANSWER_MS_MAX = 90_000;

/** What all clients of a run share. */
export interface Load {
  readonly target: BrokerAddress;
  readonly recorder: Recorder;
  readonly random: SimRandom;
  readonly clock: Clock;
  readonly network: Network;
  /** Partitions may go offline; that is then no surprise. */
  readonly mayDiskFail?: boolean;
  /** Pauses are so many times as long. */
  readonly pauseFactor?: number;
  /** No more new work: finish what is under way. */
  readonly isEnding: boolean;
  /** Gives up, also on what is under way. */
  readonly isOver: boolean;
}

/** A topic that a client uses, as its creation was answered. */
export interface LoadTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionCount: number;
}

/** Does `work` with one connection after the other, until it says that it is done or the load is over. */
export async function withConnections(
  load: Load,
  clientId: string,
  work: (broker: Broker) => Promise<'done' | 'again'>,
): Promise<void> {
  const { network, clock } = load;
  const options = { network, clock, clientId, timeoutMs: ANSWER_MS_MAX };
  while (!load.isOver) {
    let broker: Broker | undefined;
    try {
      broker = await openBroker(load.target, options);
      if ((await work(broker)) === 'done') return;
    } catch (error) {
      // The broker is away, or went away; anything else is no crash's doing.
      if (!(error instanceof ClientError) || error.tag === 'not-kafka' || error.tag === 'unsupported') {
        load.recorder.record({ kind: 'odd', what: `${clientId}: ${error instanceof Error ? error.stack : error}` });
      } else if (error.tag === 'timeout') {
        load.recorder.record({ kind: 'odd', what: `${clientId}: ${error.message}` });
      }
      await sleep(load.clock, REDIAL_MS);
    } finally {
      broker?.close();
    }
  }
}

/** Does `act` again and again, with pauses of at most so long, until the load is ending. */
export function repeat(
  load: Load,
  clientId: string,
  pauseMsMax: number,
  act: (broker: Broker) => Promise<void>,
): Promise<void> {
  return withConnections(load, clientId, async (broker) => {
    while (!load.isEnding) {
      await act(broker);
      await pause(load, pauseMsMax);
    }
    return 'done';
  });
}

export function pause({ random, clock, pauseFactor = 1 }: Load, msMax: number): Promise<void> {
  return sleep(clock, random.below(msMax * pauseFactor + 1));
}

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(delayMs, resolve));
}
