import { InvalidArgumentError } from 'commander';

/** Kafka's names of the states that a group of any type can be in. */
export const GROUP_STATES = [
  'Stable',
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Assigning',
  'Reconciling',
  'NotReady',
  'Dead',
] as const;

export const SHARE_GROUP_STATES = ['Stable', 'Empty', 'Dead'] as const;

export const GROUP_TYPES = ['classic', 'consumer', 'share', 'streams'] as const;

/** Collects names of a fixed set, in any case, with or without hyphens; commas separate too. */
export function oneOfNames(
  known: readonly string[],
): (text: string, previous: readonly string[] | undefined) => readonly string[] {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, '');
  return (text, previous) => {
    const chosen = text.split(',').map((part) => {
      const name = known.find((each) => plain(each) === plain(part));
      if (name === undefined) throw new InvalidArgumentError(`It must be one of ${known.join(', ')}.`);
      return name;
    });
    return [...(previous ?? []), ...chosen];
  };
}
