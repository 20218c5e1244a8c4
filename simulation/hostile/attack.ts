import type { SimRandom } from '@sluice/kernel/sim/random';
import type { Corpus } from './corpus.ts';
import type { ServedVersions, Topic } from './honest-client.ts';
import type { ProcessWatch } from './process-watch.ts';
import type { Target } from './raw-connection.ts';

/** Where and with what an attack strikes. */
export interface Battlefield {
  readonly target: Target;
  readonly corpus: Corpus;
  readonly served: ServedVersions;
  /** Its log must be the same afterwards: only what must be refused is sent to it. */
  readonly guarded: Topic;
  /** Anything may happen to it. */
  readonly fodder: Topic;
  /** Undefined when the broker's process is not on this machine. */
  readonly watch: ProcessWatch | undefined;
  readonly limits: Limits;
}

export interface Limits {
  /** A request is answered, or its connection closed, within it. */
  readonly answerMs: number;
  /** How many connections one attack holds at a time. */
  readonly connectionCount: number;
  /** How long an attack that holds connections does so. */
  readonly holdMs: number;
  /** The broker's idle timeout, if it is to be waited for: connections that only trickle must be closed soon after. */
  readonly idleMs: number | undefined;
  /** Resident memory that one held connection may cost. */
  readonly connectionSizeBytesMax: number;
}

export interface Blow {
  /** `held`: neither, where the protocol lets an answer wait. */
  readonly outcome: 'closed' | 'answered' | 'held';
  /** What the broker should not have done. */
  readonly violation?: string;
}

export interface Attack {
  readonly name: string;
  /** Its row in the catalogue of faults. */
  readonly fault: 'F20' | 'F21' | 'F22' | 'F23';
  /** Relative frequency. */
  readonly weight: number;
  /** One blow. All chance comes from `random`, so that its seed repeats the blow. */
  strike(field: Battlefield, random: SimRandom): Promise<Blow>;
}

export function pick<T>(random: SimRandom, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
