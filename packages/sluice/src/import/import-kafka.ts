import type { DiskLock } from '@sluice/kernel/disk';
import { makeDurableDirectory } from '@sluice/log/claim-directory';
import { ImportStopped } from '@sluice/log/import/bring-file';
import type { KafkaMetadata } from '@sluice/metadata/kafka/kafka-metadata';
import { type Brought, bringOver, totalsOf } from './bring-over.ts';
import { checkSpace } from './check-space.ts';
import { finishImport } from './finish-import.ts';
import { ImportRefused, refuse } from './import-refused.ts';
import { clearTarget, inspectTarget, lockTarget, removeMarker, writeMarker } from './import-target.ts';
import type { ImportOptions, ImportReport } from './import-types.ts';
import { leftOutOf } from './left-out.ts';
import { metadataOf } from './metadata-of.ts';
import { notesOf } from './notes.ts';
import { guessedConfigs, type PlannedConfig, planConfigs } from './plan-configs.ts';
import { canLinkAll, type FilesPlan, fingerprintOf, planFiles } from './plan-files.ts';
import { type PlannedTopic, planTopics } from './plan-topics.ts';
import { lockSources, readSources, type Sources } from './read-sources.ts';
import { reportOf } from './report.ts';

export { ImportStopped };

/** All that an import will do, decided before it does any of it. */
export interface ImportPlan {
  readonly sources: Sources;
  readonly metadata: KafkaMetadata | undefined;
  readonly topics: readonly PlannedTopic[];
  readonly configs: readonly PlannedConfig[];
  readonly files: FilesPlan;
  readonly totals: Brought;
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Takes the log directories of a stopped Kafka broker into a data directory of Sluice. The source stays as it is. Fails
 * with `ImportRefused` before anything is changed, with `ImportStopped` when it is told to stop, with `DiskError`; after
 * the latter two, as after a `kill -9`, the same call goes on where it was.
 */
export async function importKafka(options: ImportOptions): Promise<ImportReport> {
  const { world, sources, target } = options;
  const { disk } = world;
  checkPaths(sources, target);
  const sourceLock = await lockSources(disk, sources);
  let targetLock: DiskLock | undefined;
  try {
    const before = await inspectTarget(disk, target);
    if (before !== undefined && !isSame(before.sources, sources)) {
      refuse(
        `${target} has an unfinished import of ${before.sources.join(', ')}`,
        'finish that one, or name an empty or a new directory with --data',
        'exists',
      );
    }
    let plan = await planImport(options, options.copyAll ?? false);
    if (options.dryRun === true) {
      await checkSpace(disk, target, plan.files.partitions);
      return reportOf(plan, before !== undefined);
    }
    await makeDurableDirectory(disk, target);
    targetLock = await lockTarget(disk, target);
    if (!options.copyAll && !(await canLinkAll(disk, plan.files.partitions, target))) {
      plan = await planImport(options, true);
    }
    const fingerprint = fingerprintOf(plan.files, [sources, plan.sources.clusterId]);
    const isResumed = before?.fingerprint === fingerprint;
    if (!isResumed) {
      await writeMarker(disk, target, { sources, fingerprint });
      // Of another state of the source, or with other options: nothing of it can be trusted to fit.
      await clearTarget(disk, target);
    }
    await checkSpace(disk, target, plan.files.partitions);
    await bringOver({
      disk,
      target,
      partitions: plan.files.partitions,
      onProgress: options.onProgress ?? (() => {}),
      isStopping: options.isStopping ?? (() => false),
    });
    await finishImport(world, target, plan);
    await removeMarker(disk, target);
    return reportOf(plan, isResumed);
  } finally {
    await targetLock?.release();
    await sourceLock.release();
  }
}

async function planImport(options: ImportOptions, copyAll: boolean): Promise<ImportPlan> {
  const { disk } = options.world;
  const sources = await readSources(disk, options.sources);
  const metadata = metadataOf(sources, options.withoutMetadata ?? false);
  const { clusterId, nodeId, directories } = sources;
  const { topics, problems, leftOut, replicatedCount } = planTopics({
    metadata,
    clusterId,
    nodeId,
    directories,
    partial: options.partial ?? false,
    exclude: new Set(options.exclude),
  });
  if (problems.length > 0) throw new ImportRefused(problems);
  const files = await planFiles(disk, topics, directories, copyAll);
  const configs =
    metadata === undefined ? { configs: guessedConfigs(topics), leftOut: [] } : planConfigs(metadata, topics, nodeId);
  return {
    sources,
    metadata,
    topics,
    configs: configs.configs,
    files,
    totals: totalsOf(files.partitions),
    leftOut: [...leftOut, ...configs.leftOut, ...(metadata === undefined ? [] : leftOutOf(metadata))],
    notes: notesOf({
      sources,
      metadata,
      files,
      topics,
      replicatedCount,
      copiesAll: copyAll && options.copyAll !== true,
    }),
  };
}

function checkPaths(sources: readonly string[], target: string): void {
  for (const source of sources) {
    if (source === target) refuse(`${source} is both source and target`, 'name another directory with --data');
    if (`${target}/`.startsWith(`${source}/`) || `${source}/`.startsWith(`${target}/`)) {
      refuse(`${source} and ${target} lie one in the other`, 'name another directory with --data');
    }
  }
  if (new Set(sources).size < sources.length) refuse('a directory is named twice', 'name each log directory once');
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each) => right.includes(each));
}
