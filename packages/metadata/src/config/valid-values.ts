import type { ConfigSpec } from '@sluice/protocol/config-spec';

/** What a configuration takes beyond its type, made from the words that Kafka describes it with. */
export type ValidValues =
  | { readonly kind: 'any' }
  | { readonly kind: 'range'; readonly min: number | undefined; readonly max: number | undefined; readonly or?: number }
  | { readonly kind: 'one-of'; readonly values: readonly string[]; readonly ignoreCase: boolean }
  | { readonly kind: 'non-empty' }
  | { readonly kind: 'throttled-replicas' }
  | { readonly kind: 'offset-reset' };

const rangeText = /^\[(-?[0-9.]+)?,\.\.\.(?:,(-?[0-9.]+))?\](?: or (-?[0-9]+))?$/;
const choiceText = /^(\(case insensitive\) )?\[([A-Za-z0-9_, ]+)\]$/;

/** @throws {Error} for words that are not known: a newer table needs a look at this file */
export function validValues({ name, valid }: Pick<ConfigSpec, 'name' | 'valid'>): ValidValues {
  if (valid === '' || valid === 'non-null string' || valid === 'non-empty list') return { kind: 'any' };
  if (valid === 'non-empty string') return { kind: 'non-empty' };
  if (valid.startsWith('[partitionId]:[brokerId]')) return { kind: 'throttled-replicas' };
  if (valid.includes('by_duration:')) return { kind: 'offset-reset' };
  const range = rangeText.exec(valid);
  if (range !== null) {
    const [, min, max, or] = range;
    return {
      kind: 'range',
      min: min === undefined ? undefined : Number(min),
      max: max === undefined ? undefined : Number(max),
      ...(or === undefined ? {} : { or: Number(or) }),
    };
  }
  const choice = choiceText.exec(valid);
  if (choice === null) throw new Error(`valid values of ${name}: ${valid}`);
  return { kind: 'one-of', values: (choice[2] ?? '').split(', '), ignoreCase: choice[1] !== undefined };
}

/** Why a number is not valid, in the middle of a sentence; `undefined` if it is. */
export function numberProblem(valid: ValidValues, value: number): string | undefined {
  if (valid.kind !== 'range' || value === valid.or) return undefined;
  // A comparison with NaN is false, so NaN passes: as in Kafka.
  if (valid.min !== undefined && value < valid.min) return `it must be at least ${valid.min}`;
  if (valid.max !== undefined && value > valid.max) return `it must be at most ${valid.max}`;
  return undefined;
}

export function textProblem(valid: ValidValues, text: string): string | undefined {
  switch (valid.kind) {
    case 'one-of': {
      const found = valid.ignoreCase
        ? valid.values.some((value) => value.toUpperCase() === text.toUpperCase())
        : valid.values.includes(text);
      return found ? undefined : `it must be one of ${valid.values.join(', ')}`;
    }
    case 'non-empty':
      return text === '' ? 'it must not be empty' : undefined;
    case 'offset-reset':
      return isOffsetReset(text) ? undefined : 'it must be earliest, latest or by_duration:PnDTnHnMn.nS';
    default:
      return undefined;
  }
}

export function listProblem(valid: ValidValues, items: readonly string[]): string | undefined {
  if (valid.kind !== 'throttled-replicas') {
    for (const item of items) {
      const problem = textProblem(valid, item);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  // As Kafka checks it: a star first, or pairs with nothing between some commas.
  if (items[0] === '*' || items.every((item) => /^([0-9]+:[0-9]+)?$/.test(item))) return undefined;
  return 'it must be *, or pairs of partition and broker such as 0:1,1:2';
}

/** ISO 8601 as Java's `Duration` reads it, and not negative (KIP-1106). */
const durationText =
  /^P(?=.)(?:\+?[0-9]+D)?(?:T(?=.)(?:\+?[0-9]+H)?(?:\+?[0-9]+M)?(?:\+?[0-9]+(?:[.,][0-9]{0,9})?S)?)?$/i;

function isOffsetReset(text: string): boolean {
  if (text === 'earliest' || text === 'latest') return true;
  return text.startsWith('by_duration:') && durationText.test(text.slice('by_duration:'.length));
}
