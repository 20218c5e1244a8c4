import { createHash } from 'node:crypto';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { forEachBounded } from '@sluice/log/for-each-bounded';
import { canLink } from '@sluice/log/import/bring-file';
import { findSoundEnd } from '@sluice/log/import/find-sound-end';
import { type PlannedPartition, planPartition } from '@sluice/log/import/plan-partition';
import type { SurveyedPartition } from '@sluice/log/import/survey-kafka-directory';
import type { PlannedTopic } from './plan-topics.ts';
import type { SourceDirectory } from './read-sources.ts';

/** Logs whose ends are looked at at once. */
const CONCURRENCY_MAX = 16;

export interface PartitionFiles extends PlannedPartition {
  readonly source: SurveyedPartition;
  readonly topic: PlannedTopic;
  /** For the new checkpoint: a recovery looks at what lies above. */
  readonly recoveryPoint: Offset;
}

export interface FilesPlan {
  readonly partitions: readonly PartitionFiles[];
  /** Every log ends where its clean stop left it. */
  readonly isClean: boolean;
  /** Logs of a clean stop that do not end where their recovery point says. */
  readonly unsound: readonly string[];
}

/** How the files of all partitions come over. `copyAll`: no hard links. */
export async function planFiles(
  disk: Disk,
  topics: readonly PlannedTopic[],
  directories: readonly SourceDirectory[],
  copyAll: boolean,
): Promise<FilesPlan> {
  const clean = new Set(directories.filter(({ isClean }) => isClean).flatMap(({ partitions }) => partitions));
  const wanted = topics.flatMap((topic) =>
    topic.partitions.flatMap(({ source }) => (source === undefined ? [] : [{ topic, source }])),
  );
  const planned = new Map<SurveyedPartition, PartitionFiles>();
  const unsound: string[] = [];
  await forEachBounded(wanted, CONCURRENCY_MAX, async ({ topic, source }) => {
    const soundEnd = clean.has(source) ? await findSoundEnd(disk, source) : undefined;
    if (clean.has(source) && soundEnd === undefined && source.files.length > 0) unsound.push(source.name);
    const plan = planPartition(source, soundEnd);
    const copied = { files: plan.files.map((file) => ({ ...file, mode: 'copy' as const })), newSegmentAt: undefined };
    const recoveryPoint = soundEnd ?? source.recoveryPoint;
    planned.set(source, { topic, source, recoveryPoint, ...(copyAll ? copied : plan) });
  });
  return {
    partitions: wanted.flatMap(({ source }) => planned.get(source) ?? []),
    isClean: directories.every(({ isClean }) => isClean) && unsound.length === 0,
    unsound: unsound.sort(),
  };
}

/** Whether files of all these directories can be linked into the target. */
export async function canLinkAll(disk: Disk, partitions: readonly PartitionFiles[], target: string): Promise<boolean> {
  const byDirectory = new Map<string, string>();
  for (const { source, files } of partitions) {
    const linked = files.find(({ mode }) => mode === 'link');
    if (linked !== undefined)
      byDirectory.set(source.path.slice(0, -source.name.length), `${source.path}/${linked.name}`);
  }
  for (const file of byDirectory.values()) if (!(await canLink(disk, file, target))) return false;
  return true;
}

/** The same for the same files of the same sources, and another one if any of them has changed. */
export function fingerprintOf(plan: FilesPlan, more: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(more));
  for (const { source, files, topic, newSegmentAt } of plan.partitions) {
    digest.update(JSON.stringify([source.path, topic.id, newSegmentAt, source.logStartOffset, source.cleanedOffset]));
    for (const { name, mode, modifiedMs } of files) digest.update(JSON.stringify([name, mode, modifiedMs]));
    for (const { name, sizeBytes } of source.files) digest.update(JSON.stringify([name, sizeBytes]));
  }
  return digest.digest('hex');
}
