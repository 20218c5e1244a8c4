import type { SimRandom } from '@sluice/kernel/sim/random';
import type { SimBroker } from './harness/broker.ts';
import type { SimMember } from './members/sim-member.ts';

export interface NoiseOptions {
  readonly random: SimRandom;
  readonly broker: SimBroker;
  /** Those that came so far, grows. */
  readonly members: readonly SimMember[];
  addMember(): void;
  someTopics(): readonly string[];
}

const MEMBERS_MAX = 20;
const PAUSE_MS_MAX = 25_000;
const SYNC_MS_MAX = 3000;

/** What may happen to a group, by weight. */
const ACTIONS = [
  ['add', 6],
  ['crash', 3],
  ['restart', 3],
  ['pause', 4],
  ['leave', 2],
  ['subscribe', 2],
  ['broker crash', 1],
  ['broker move', 1],
  ['slow disk', 1],
  ['fast disk', 1],
] as const;

type Action = (typeof ACTIONS)[number][0];

/** Does one thing of many. Returns what it was. */
export async function makeNoise(options: NoiseOptions): Promise<Action> {
  const { random, broker, members } = options;
  const action = draw(random);
  const alive = members.filter(({ isAlive }) => isAlive);
  const someone = pick(random, alive);
  switch (action) {
    case 'add':
      if (alive.length < MEMBERS_MAX) options.addMember();
      break;
    case 'crash':
      someone?.crash();
      break;
    case 'restart':
      pick(
        random,
        members.filter(({ isAlive, restart }) => !isAlive && restart !== undefined),
      )?.restart?.();
      break;
    case 'pause':
      someone?.pause(random.below(PAUSE_MS_MAX));
      break;
    case 'leave':
      someone?.leave();
      break;
    case 'subscribe':
      someone?.subscribe(options.someTopics());
      break;
    case 'broker crash':
      await broker.crash();
      break;
    case 'broker move':
      broker.move();
      break;
    case 'slow disk':
      broker.slowDown(random.below(SYNC_MS_MAX));
      break;
    case 'fast disk':
      broker.slowDown();
      break;
  }
  return action;
}

function draw(random: SimRandom): Action {
  let left = random.below(ACTIONS.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [action, weight] of ACTIONS) {
    if (left < weight) return action;
    left -= weight;
  }
  return 'add';
}

function pick<T>(random: SimRandom, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : from[random.below(from.length)];
}
