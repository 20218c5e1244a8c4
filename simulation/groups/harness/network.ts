import type { RequestContext } from '@sluice/coordinator/group/group-environment';
import type { SimClock } from '@sluice/kernel/sim/clock';
import type { SimRandom } from '@sluice/kernel/sim/random';
import type { Api, Apis, Call, Exchange } from './api.ts';
import type { SimBroker } from './broker.ts';

/** Between the members and their coordinator. What it does to messages is drawn anew for each. */
export interface SimNetwork {
  /** `undefined`: the connection broke before the answer came. Whether the request arrived nobody knows. */
  ask<A extends Api>(
    api: A,
    request: Apis[A]['request'],
    context: RequestContext,
  ): Promise<Apis[A]['response'] | undefined>;
  /** From now on nothing is lost, repeated or held up. */
  calm(): void;
}

const LATENCY_MS_MAX = 20;
/** A message that is held up: long enough to arrive in another generation. */
const HELD_UP_MS_MAX = 20_000;
/** Until a client notices that its connection is gone. */
const NOTICED_MS_MAX = 1000;

const LOSS = 0.01;
const DELAY = 0.02;
const REPETITION = 0.03;

export interface SimNetworkOptions {
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly broker: SimBroker;
  /** The answer to a late copy came back to a connection that is gone: its client knows that something went wrong. */
  onRepeated?(call: Call): void;
}

export function createSimNetwork({ clock, random, broker, onRepeated }: SimNetworkOptions): SimNetwork {
  let isCalm = false;
  const heldUp = new Set<(arrives: boolean) => void>();

  const pass = (delayMs: number) => new Promise<void>((resolve) => clock.setTimer(delayMs, resolve));
  const latencyMs = () => 1 + random.below(LATENCY_MS_MAX);

  /** Until then, or lost when it becomes calm: what is promised from then on is not for messages of before. */
  function holdUp(delayMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      heldUp.add(resolve);
      clock.setTimer(delayMs, () => {
        heldUp.delete(resolve);
        resolve(true);
      });
    });
  }

  /** One way. False if it was lost. */
  async function carry(): Promise<boolean> {
    if (!isCalm && random.chance(LOSS)) {
      await pass(random.below(NOTICED_MS_MAX));
      return false;
    }
    if (!isCalm && random.chance(DELAY)) return holdUp(random.below(HELD_UP_MS_MAX));
    await pass(latencyMs());
    return true;
  }

  /** A late copy of a request, as a client that retries on a new connection leaves it behind. */
  async function repeat(call: Call, context: RequestContext): Promise<void> {
    await pass(random.below(HELD_UP_MS_MAX));
    if (isCalm) return;
    await broker.handle(call, context);
    onRepeated?.(call);
  }

  return {
    async ask(api, request, context) {
      const call = { api, request } as Call;
      if (!isCalm && random.chance(REPETITION)) void repeat(call, context);
      if (!(await carry())) return undefined;
      const exchange: Exchange | undefined = await broker.handle(call, context);
      if (exchange === undefined) {
        await pass(latencyMs());
        return undefined;
      }
      return (await carry()) ? exchange.response : undefined;
    },
    calm() {
      isCalm = true;
      for (const lose of heldUp) lose(false);
      heldUp.clear();
    },
  };
}
