import type { GroupResetOffsetsOptions } from '../../../commands/group/reset-offsets.ts';
import { CliFailure } from '../../../failure.ts';

/** Where offsets are moved to. */
export type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' | 'current' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'shift'; readonly by: number }
  | { readonly kind: 'time'; readonly timestampMs: number }
  | { readonly kind: 'file'; readonly path: string };

const FLAGS =
  '--to-earliest, --to-latest, --to-offset, --shift-by, --to-datetime, --by-duration, --to-current or --from-file';

/** Checks that the options make sense together, before anybody is asked anything. */
export function resetTarget(options: GroupResetOffsetsOptions, nowMs: number): ResetTarget {
  const targets = targetsOf(options, nowMs);
  const [target] = targets;
  if (target === undefined) throw new CliFailure('usage', 'it was not said where to', `give ${FLAGS}`);
  if (targets.length > 1) throw new CliFailure('usage', 'several places were named to go to', 'give one of them');
  if (options.execute && options.dryRun) {
    throw new CliFailure('usage', '--execute and --dry-run exclude each other', 'give one of the two');
  }
  const scopes = Number(options.topic !== undefined) + Number(options.allTopics === true);
  if (target.kind === 'file' && scopes > 0) {
    throw new CliFailure('usage', '--from-file names the partitions itself', 'leave out --topic and --all-topics');
  }
  if (target.kind !== 'file' && scopes !== 1) {
    throw new CliFailure('usage', 'it was not said which partitions', 'give either --topic or --all-topics');
  }
  return target;
}

function targetsOf(options: GroupResetOffsetsOptions, nowMs: number): readonly ResetTarget[] {
  const targets: (ResetTarget | undefined)[] = [
    options.toEarliest ? { kind: 'earliest' } : undefined,
    options.toLatest ? { kind: 'latest' } : undefined,
    options.toCurrent ? { kind: 'current' } : undefined,
    options.toOffset === undefined ? undefined : { kind: 'offset', offset: options.toOffset },
    options.shiftBy === undefined ? undefined : { kind: 'shift', by: options.shiftBy },
    options.toDatetime === undefined ? undefined : { kind: 'time', timestampMs: options.toDatetime },
    options.byDuration === undefined ? undefined : { kind: 'time', timestampMs: nowMs - options.byDuration },
    options.fromFile === undefined ? undefined : { kind: 'file', path: options.fromFile },
  ];
  return targets.filter((target) => target !== undefined);
}
