import { type Acknowledgement, sharedPartitionKey } from './acknowledgement.ts';
import type { ShareConsumerError } from './errors.ts';
import { acknowledgementName } from './handed-message.ts';
import type { AcknowledgementResult } from './options.ts';

/** What the user is told of an answer: what he did not say himself is left out. */
export function resultsOf(
  acknowledgements: readonly Acknowledgement[],
  error: ShareConsumerError | undefined,
): AcknowledgementResult[] {
  const told = acknowledgements.filter(({ isUsers }) => isUsers);
  return [...Map.groupBy(told, ({ place, type }) => `${sharedPartitionKey(place)}/${type}`).values()].flatMap(
    (group) => {
      const [first] = group;
      const acknowledgement = first === undefined ? undefined : acknowledgementName(first.type);
      if (first === undefined || acknowledgement === undefined) return [];
      const { topic, partition } = first.place;
      return [
        { topic, partition, acknowledgement, error, offsets: group.map(({ firstOffset }) => BigInt(firstOffset)) },
      ];
    },
  );
}
