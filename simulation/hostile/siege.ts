import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import type { Attack, Battlefield, Blow } from './attack.ts';
import type { Tally } from './tally.ts';

export interface SiegeOptions {
  readonly attacks: readonly Attack[];
  readonly seed: number;
  readonly seconds: number;
  /** Repeats this one blow instead of drawing new ones. */
  readonly blowSeed: number | undefined;
  /** Blows that are under way at a time. */
  readonly concurrency: number;
}

const BLOW_SEEDS = 2 ** 47;

/** Strikes until the time is over. Which blows, and in which order they start, the seed says. */
export async function besiege(field: Battlefield, options: SiegeOptions, tally: Tally): Promise<void> {
  const random = createSimRandom(options.seed);
  const deadline = performance.now() + options.seconds * 1000;
  const strikeOn = async () => {
    do {
      const attack = draw(options.attacks, random);
      await strikeOnce(attack, field, options.blowSeed ?? random.below(BLOW_SEEDS), tally);
    } while (options.blowSeed === undefined && performance.now() < deadline);
  };
  const concurrency = options.blowSeed === undefined ? options.concurrency : 1;
  await Promise.all(Array.from({ length: concurrency }, strikeOn));
}

async function strikeOnce(attack: Attack, field: Battlefield, seed: number, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  const blow = await attack.strike(field, createSimRandom(seed)).catch(refusedOr);
  tally.add(attack, blow, seed, performance.now() - startedAt);
}

/** A connection that cannot be made is the broker's failure; anything else is ours. */
function refusedOr(error: unknown): Blow {
  return { outcome: 'closed', violation: error instanceof Error ? error.message : String(error) };
}

function draw(attacks: readonly Attack[], random: SimRandom): Attack {
  let left = random.fraction() * attacks.reduce((sum, { weight }) => sum + weight, 0);
  const found = attacks.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const attack = found ?? attacks.at(-1);
  if (attack === undefined) throw new Error('no attack to draw');
  return attack;
}
