import { type Broker, openBroker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import type { SimRandom } from '@sluice/kernel/sim/random';
import type { SimMachine } from './sim-machine.ts';

const ANSWER_MS_MAX = 20_000;
const REDIAL_MS = 50;

/** What clients on a machine that dies now and then need to know of it. */
export interface ClientWorld {
  readonly machine: SimMachine;
  readonly history: { readonly odd: string[] };
  /** No new work. */
  readonly isEnding: boolean;
}

/** Somebody who comes back whenever the broker does, until the work is done. */
export async function whileItRuns(
  world: ClientWorld,
  name: string,
  work: (broker: Broker) => Promise<'done' | 'again'>,
): Promise<void> {
  const { clock, network, target } = world.machine;
  for (;;) {
    let broker: Broker | undefined;
    try {
      broker = await openBroker(target, { network, clock, clientId: name, timeoutMs: ANSWER_MS_MAX });
      if ((await work(broker)) === 'done') return;
    } catch (error) {
      if (!(error instanceof ClientError) || error.tag === 'not-kafka' || error.tag === 'unsupported') {
        world.history.odd.push(`${name}: ${error instanceof Error ? error.stack : error}`);
        return;
      }
      if (world.isEnding && world.machine.isDown) return;
      await sleep(world, REDIAL_MS);
    } finally {
      broker?.close();
    }
  }
}

export function sleep({ machine }: ClientWorld, delayMs: number): Promise<void> {
  return new Promise((resolve) => void machine.clock.setTimer(delayMs, resolve));
}

/** True with this probability, in hundredths. */
export function happens(random: SimRandom, percent: number): boolean {
  return random.below(100) < percent;
}
