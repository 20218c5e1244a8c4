import { type ClientWorld, happens, sleep } from './client-world.ts';

const WATCH_MS = 100;
const SEEDS = 2 ** 31;

export interface Lifetimes {
  readonly deathsMax: number;
  readonly lifeMsMin: number;
  readonly lifeMsMax: number;
  /** Changes of the disk until the next death: it comes in the middle of something. */
  readonly changesMax: number;
  onDeath?(): void;
}

/**
 * Lets the machine live and die a few times, by a kill or by loss of its power, and live once more.
 * @returns how often it died.
 */
export async function liveAndDie(world: ClientWorld, lifetimes: Lifetimes): Promise<number> {
  const { machine } = world;
  const { random } = machine;
  const { deathsMax, lifeMsMin, lifeMsMax, changesMax, onDeath } = lifetimes;
  const deaths = random.below(deathsMax + 1);
  for (let death = 0; death < deaths; death++) {
    await machine.run(sleep(world, lifeMsMin + random.below(lifeMsMax)));
    machine.crashAt(machine.disk.changeCount + 1 + random.below(changesMax));
    for (let waitedMs = 0; !machine.isDown && waitedMs < lifeMsMax; waitedMs += WATCH_MS) {
      await machine.run(sleep(world, WATCH_MS));
    }
    onDeath?.();
    if (happens(random, 50)) machine.kill();
    else machine.losePower(random.below(SEEDS));
    await machine.start();
  }
  await machine.run(sleep(world, lifeMsMin + random.below(lifeMsMax)));
  return deaths;
}
