import { PARTITION_METADATA } from '../file-names.ts';
import { parseFuturePartitionName, partitionName } from '../partition-name.ts';
import type { PartitionCheck } from './check-partition.ts';
import type { DirectoryNames } from './directory-names.ts';
import type { DirectoryState } from './directory-state.ts';
import type { ExpectedPartitions } from './expected-partitions.ts';
import type { Finding } from './finding.ts';
import { type FindingCode, finding } from './finding-codes.ts';
import type { PartitionOwner } from './partition-owner.ts';

const STRAY = 'moves it out of the way, under a name that ends in -stray, and makes the partition anew, empty';

export interface OwnerFindingsOptions {
  readonly checks: readonly PartitionCheck[];
  readonly expected: ExpectedPartitions | undefined;
  readonly state: DirectoryState;
  readonly names: DirectoryNames;
}

/** Whose the partitions are by their own word and by the metadata's. */
export function ownerFindings(options: OwnerFindingsOptions): Finding[] {
  const { checks, expected } = options;
  const found = checks.flatMap((check) => ownerFinding(check, check.owner, expected));
  if (expected === undefined) return found;
  const here = new Set(checks.map(({ facts }) => facts.name));
  const directoryId = options.state.meta?.directoryId;
  for (const { topic, partition, directoryId: wanted } of expected.partitions()) {
    const name = partitionName(topic, partition);
    // A move that was complete but for its name: the next start gives it that.
    const isArriving = options.names.future.some((future) => parseFuturePartitionName(future) === name);
    if (isArriving || here.has(name) || (wanted !== undefined && directoryId !== undefined && wanted !== directoryId))
      continue;
    found.push(missingFinding(name, options.state));
  }
  return found;
}

/** The checkpoints tell whether it ever had records. */
function missingFinding(name: string, { recoveryPoints, logStarts }: DirectoryState): Finding {
  const end = Math.max(recoveryPoints.offsets?.get(name) ?? 0, logStarts.offsets?.get(name) ?? 0);
  if (end === 0 && recoveryPoints.offsets !== undefined) {
    return finding('unmade-partition', {
      partition: name,
      what: 'The cluster has this partition on this node, but its directory is not here.',
      means: 'No checkpoint knows of records in it: a power loss right after a topic was created leaves this.',
      start: 'makes it again, empty',
    });
  }
  return finding('missing-partition', {
    partition: name,
    what: 'The cluster has this partition on this node, but its directory is not here.',
    means:
      end > 0
        ? `It had records up to offset ${end - 1}; they are lost here.`
        : 'If it had records, they are lost here.',
    start: 'makes it again, empty, and gives its offsets out again',
    repair: 'nothing: bring its directory back, or restore it from a replica or a backup, before the next start',
  });
}

function ownerFinding(
  check: PartitionCheck,
  owner: PartitionOwner,
  expected: ExpectedPartitions | undefined,
): Finding[] {
  const { name, topic, isOurs } = check.facts;
  const place = { partition: name, file: PARTITION_METADATA };
  const known = expected?.topicNamed(topic);
  const hasRecords = check.sizeBytes > 0;
  if (owner.kind !== 'topic') {
    // Kafka before 2.8 had no topic ids.
    if (!isOurs && owner.kind === 'missing') return [];
    return [
      finding(codeOf(owner, hasRecords || known !== undefined), {
        ...place,
        what:
          owner.kind === 'missing'
            ? 'The file that says whose partition this is is not there.'
            : 'The file that says whose partition this is cannot be read.',
        means: `No records are lost${known === undefined ? '' : `; by its name it belongs to topic ${known.id}`}.`,
        start: hasRecords
          ? 'opens the log by its name'
          : `removes the directory, which has no records${known === undefined ? '' : ', and makes it again'}`,
        ...(known === undefined
          ? { repair: 'nothing: its topic is not known' }
          : {
              repair: 'writes it again with the id of the topic of that name',
              action: { kind: 'restore-partition-metadata' as const, topicId: known.id },
            }),
      }),
    ];
  }
  if (expected === undefined || known?.id === owner.id) return [];
  const other = expected.topicWithId(owner.id);
  if (other !== undefined) {
    return [
      finding('swapped-partitions', {
        ...place,
        what: `The directory is named after topic ${topic}, but by its own word it belongs to ${other.name} (${owner.id}).`,
        means:
          'Directories were renamed, or files copied into the wrong one. Which is right only the records can tell.',
        start: known === undefined ? 'DELETES it: no topic has its name' : STRAY,
        ...(known === undefined
          ? {
              repair: 'sets it aside, so that the start cannot delete it; look at its records, then rename it back',
              action: { kind: 'set-aside-partition' as const },
            }
          : {
              repair:
                `nothing without your word: look at its records; then rename it back, set it aside with --set-aside ${name}, ` +
                `or let topic ${topic} have it with --adopt ${name}`,
              action: { kind: 'restore-partition-metadata' as const, topicId: known.id },
            }),
      }),
    ];
  }
  if (known !== undefined) {
    return [
      finding('other-topic-id', {
        ...place,
        what: `The partition is of topic id ${owner.id}, but topic ${topic} has ${known.id}.`,
        means: 'The topic was deleted and made again, and this log of the old one came back; or the metadata did.',
        start: STRAY,
        repair: `nothing without your word: set it aside with --set-aside ${name}, or let the topic have it with --adopt ${name}`,
        action: { kind: 'restore-partition-metadata', topicId: known.id },
      }),
    ];
  }
  return [
    finding(hasRecords ? 'unowned-partition' : 'leftovers', {
      ...place,
      what: `The cluster's metadata knows no topic ${topic}.`,
      means: hasRecords
        ? 'Either the topic was deleted while the broker was down, or the metadata is older than the records.'
        : 'It is empty: its topic was deleted while the broker was down, or never quite made.',
      start: 'DELETES it with all of its records',
      repair: hasRecords ? 'sets it aside, so that the start cannot delete it' : undefined,
      action: hasRecords ? { kind: 'set-aside-partition' } : undefined,
    }),
  ];
}

/** An empty directory of nobody is a leftover of a topic that was being made. */
function codeOf(owner: PartitionOwner, matters: boolean): FindingCode {
  if (!matters) return 'leftovers';
  return owner.kind === 'missing' ? 'missing-partition-metadata' : 'wrong-partition-metadata';
}
