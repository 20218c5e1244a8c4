import type { KafkaMetadata } from '@sluice/metadata/kafka/kafka-metadata';
import type { FilesPlan } from './plan-files.ts';
import type { PlannedTopic } from './plan-topics.ts';
import type { Sources } from './read-sources.ts';

export interface NotesInput {
  readonly sources: Sources;
  readonly metadata: KafkaMetadata | undefined;
  readonly files: FilesPlan;
  readonly topics: readonly PlannedTopic[];
  readonly replicatedCount: number;
  /** Hard links were wanted and cannot be had. */
  readonly copiesAll: boolean;
}

/** What somebody should know who imports this, a sentence each. */
export function notesOf(input: NotesInput): string[] {
  const { sources, metadata, files, topics } = input;
  const notes: string[] = [];
  for (const { path, isClean, damaged, putAside } of sources.directories) {
    if (!isClean) notes.push(`${path} was not stopped cleanly: the first start checks the ends of its logs.`);
    for (const name of damaged) notes.push(`${path}/${name} cannot be read: ${DAMAGED[name] ?? 'it is done without.'}`);
    if (putAside.length > 0) {
      notes.push(
        `${path} has ${putAside.length} directories that Kafka itself had put aside (${putAside[0]}); they stay.`,
      );
    }
  }
  if (files.unsound.length > 0) {
    notes.push(`${files.unsound.join(', ')} do not end where a clean stop left them: the first start checks them.`);
  }
  const { metadataLog } = sources;
  if (metadata !== undefined && metadataLog?.kind === 'metadata')
    notes.push(...metadataLog.faults.map((fault) => `${fault}.`));
  const others = [...(metadata?.brokerIds ?? [])].filter((id) => id !== sources.nodeId);
  if (others.length > 0) {
    notes.push(
      `The cluster had other brokers (${others.join(', ')}): what they took after this one stopped is not here.`,
    );
  }
  if (input.replicatedCount > 0) {
    notes.push(`${input.replicatedCount} topics had more than one replica; here they have one.`);
  }
  const lost = topics.filter(({ missing }) => missing.length > 0);
  for (const { name, missing } of lost) notes.push(`Topic ${name} begins empty in partitions ${missing.join(', ')}.`);
  if (metadata === undefined) {
    notes.push(
      "Topics' settings are not known: records are kept for ever (retention.ms=-1), and what Kafka had compacted is " +
        'compacted, until you set something else. Nobody can tell whether a topic had more partitions than are here.',
    );
  }
  if (input.copiesAll) notes.push('No hard links can be made from there to here, so everything is copied.');
  return notes;
}

const DAMAGED: Readonly<Record<string, string>> = {
  'recovery-point-offset-checkpoint': 'everything is copied, and checked at the first start.',
  'log-start-offset-checkpoint': 'records that were deleted within a segment may be back.',
  'cleaner-offset-checkpoint': 'compaction begins again from the start.',
};
