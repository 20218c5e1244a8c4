import { META_PROPERTIES } from '../meta-properties.ts';
import type { PartitionCheck } from './check-partition.ts';
import { type DirectoryNames, SET_ASIDE } from './directory-names.ts';
import type { DirectoryState, ReadCheckpoint } from './directory-state.ts';
import type { ExpectedPartitions } from './expected-partitions.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';

export interface DirectoryFindingsOptions {
  readonly state: DirectoryState;
  readonly names: DirectoryNames;
  readonly checks: readonly PartitionCheck[];
  readonly expected: ExpectedPartitions | undefined;
}

/** Of what lies in a data directory beside its partitions. */
export function directoryFindings(options: DirectoryFindingsOptions): Finding[] {
  const { state, names, expected } = options;
  const found = [...state.findings];
  const { meta } = state;
  if (meta !== undefined && expected?.clusterId !== undefined && meta.clusterId !== expected.clusterId) {
    found.push(
      finding('other-cluster', {
        file: META_PROPERTIES,
        what: `The directory belongs to cluster ${meta.clusterId}, its metadata to ${expected.clusterId}.`,
        means: 'One of the two was copied from somewhere else. No records are lost yet.',
        start: 'refuses the directory',
        repair: 'nothing: put back together what belongs together',
      }),
    );
  }
  for (const checkpoint of [state.recoveryPoints, state.logStarts, state.cleanedOffsets]) {
    found.push(...strangers(checkpoint, names));
  }
  for (const { facts, logEndOffset } of options.checks) {
    for (const [what, offset, file] of [
      ['The log start', facts.logStartOffset, state.logStarts.file],
      ['The end of the last compaction', facts.cleanedOffset, state.cleanedOffsets.file],
    ] as const) {
      if (offset === undefined || offset <= logEndOffset) continue;
      found.push(
        finding('checkpoint-beyond-end', {
          partition: facts.name,
          file: `../${file}`,
          what: `${what} is offset ${offset}, but the log ends at ${logEndOffset}.`,
          means: 'A power loss may have taken records that had been deleted already.',
          start: 'lets the log go on at the larger of the two',
        }),
      );
    }
  }
  return [...found, ...nameFindings(names)];
}

function strangers({ file, offsets }: ReadCheckpoint, names: DirectoryNames): Finding[] {
  const known = new Set(names.partitions);
  const unknown = [...(offsets?.keys() ?? [])].filter((name) => !known.has(name) && name !== '__cluster_metadata-0');
  if (unknown.length === 0) return [];
  return [
    finding('checkpoint-of-nobody', {
      file,
      what: `${unknown.length === 1 ? 'A line is' : `${unknown.length} lines are`} about partitions that are not here: ${list(unknown)}.`,
      means: 'They were deleted or moved, or their directories are gone.',
      start: 'forgets them',
    }),
  ];
}

function nameFindings(names: DirectoryNames): Finding[] {
  const found: Finding[] = [];
  const leftover = (files: readonly string[], what: string, means: string, start: string) => {
    if (files.length > 0)
      found.push(finding('leftovers', { file: files[0], what: `${what}: ${list(files)}.`, means, start }));
  };
  leftover(
    names.deleted,
    'Partitions that were deleted wait for their removal',
    'Somebody deleted their topics.',
    'removes them',
  );
  leftover(
    names.future,
    'Partitions that were on their way here from another data directory',
    'The other directory has them whole.',
    'goes on with it, or takes it back',
  );
  leftover(
    names.stray,
    'Logs of no topic that a start has moved out of the way',
    'Nothing reads them. Look whether you need them.',
    'passes over them',
  );
  leftover(
    names.temporary,
    'Files that a crash left half-written',
    'What they were to replace is still in its place.',
    'writes over them',
  );
  if (names.hasSetAside) {
    found.push(
      finding('set-aside', {
        file: SET_ASIDE,
        what: 'An earlier repair has set files aside here, each with a note.',
        means: 'Nothing reads them. Delete them once nobody will miss them.',
      }),
    );
  }
  for (const name of names.unknown) {
    found.push(
      finding('unknown-file', {
        file: name,
        what: 'Neither Sluice nor Kafka makes this.',
        means: 'It is not looked at.',
      }),
    );
  }
  return found;
}

const LISTED_MAX = 3;

function list(names: readonly string[]): string {
  const listed = names.slice(0, LISTED_MAX).join(', ');
  return names.length > LISTED_MAX ? `${listed} and ${names.length - LISTED_MAX} more` : listed;
}
