import type { LogDirectory } from './log-directory.ts';

interface Candidate {
  readonly path: string;
  readonly directory: LogDirectory | undefined;
  /** Logs that are being made there. */
  readonly pendingCount: number;
}

/**
 * Where a new partition may be made, the best first: where it was asked to be, else Kafka's rule: the directory with the
 * fewest partitions. Cordoned ones only where they were asked for.
 */
export function placementOrder<Place extends Candidate>(
  places: readonly Place[],
  options: { readonly preferred: string | undefined; isCordoned(path: string): boolean },
): Place[] {
  const preferred = places.find(({ path }) => path === options.preferred);
  if (preferred !== undefined) return [preferred];
  return places
    .filter(({ path }) => !options.isCordoned(path))
    .map((place) => ({ place, logCount: logCountOf(place) }))
    .sort((left, right) => left.logCount - right.logCount)
    .map(({ place }) => place);
}

function logCountOf({ directory, pendingCount }: Candidate): number {
  if (directory === undefined) return 0;
  return directory.logCount + directory.unopened.size + directory.incoming.size + pendingCount;
}
