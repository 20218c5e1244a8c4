import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { createFileCache } from '../file-cache.ts';
import {
  CLEANED_SUFFIX,
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  PARTITION_METADATA,
  parseSegmentFileName,
  segmentFileName,
} from '../file-names.ts';
import { writeIndexFiles } from '../index-files.ts';
import { createLeaderEpochs, encodeLeaderEpochs } from '../leader-epochs.ts';
import { clearLeftovers } from '../leftovers.ts';
import { encodePartitionMetadata } from '../partition-metadata.ts';
import { encodeProducerSnapshot } from '../producer-snapshot.ts';
import { rebuildProducers, snapshotPath } from '../producer-snapshots.ts';
import { createProducerState } from '../producer-state.ts';
import { rebuildIndexes } from '../rebuild-indexes.ts';
import { createSegment, type Segment, segmentPaths } from '../segment.ts';
import { unshareSegment } from '../unshare-segment.ts';
import type { PartitionCheck } from './check-partition.ts';
import { describeRepair } from './describe-repair.ts';
import type { Finding, OffsetRange, RepairAction } from './finding.ts';
import { copyRange, type SetAside } from './set-aside.ts';

/** A rebuild opens few files at a time. */
const FILES_MAX = 8;

export interface RepairContext {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly aside: SetAside;
}

/**
 * Carries out one action on a partition. What it takes away lies in the set-aside directory before it goes; whatever
 * moment a crash picks, the next repair finds either the old state or the new one.
 */
export async function repairLog(found: Finding, check: PartitionCheck, context: RepairContext): Promise<void> {
  const { action } = found;
  const { directory } = check.facts;
  const { disk, aside } = context;
  const note = noteOf(found);
  switch (action?.kind) {
    case undefined:
    case 'rebuild-checkpoint':
    case 'restore-journal':
      return;
    case 'clear-leftovers':
      await clearLeftovers(disk, directory, silentLogger);
      return;
    case 'cut-tail':
      return await cutTail(action, directory, note, context);
    case 'patch-header':
      return await patchHeader(action, directory, note, context);
    case 'replace-range':
      return await replaceRange(action, check, note, context);
    case 'rebuild-indexes':
      return await rebuildSegmentIndexes(action.baseOffset, check, note, context);
    case 'rebuild-snapshot':
      return await rebuildSnapshot(action.offset, check, note, context);
    case 'rebuild-epochs':
      await aside.copyFile(`${directory}/${LEADER_EPOCH_CHECKPOINT}`, note);
      await disk.replaceFile(
        `${directory}/${LEADER_EPOCH_CHECKPOINT}`,
        encodeLeaderEpochs(createLeaderEpochs(check.epochs)),
      );
      return;
    case 'restore-partition-metadata':
      await aside.copyFile(`${directory}/${PARTITION_METADATA}`, note);
      await disk.replaceFile(`${directory}/${PARTITION_METADATA}`, encodePartitionMetadata(action.topicId));
      return;
    case 'set-aside-file':
      await aside.move(`${directory}/${found.file ?? ''}`, note);
      return;
    case 'set-aside-partition':
      await aside.move(directory, note);
      return;
  }
}

/** What stands beside everything that was set aside. */
export function noteOf(found: Finding): string {
  const lines = [
    `Set aside by sluice doctor --repair: ${found.code}`,
    ...(found.partition === undefined ? [] : [`partition: ${found.partition}`]),
    ...(found.file === undefined ? [] : [`file: ${found.file}`]),
    ...(found.bytes === undefined ? [] : [`bytes: ${found.bytes.from} up to ${found.bytes.to}`]),
    ...(found.offsets === undefined ? [] : [`offsets: ${found.offsets.from} to ${found.offsets.to}`]),
    '',
    found.what,
    found.means,
    `The repair ${describeRepair(found)}.`,
  ];
  return `${lines.join('\n')}\n`;
}

type Action<Kind extends RepairAction['kind']> = Extract<RepairAction, { kind: Kind }>;

/** A hard link's other owner keeps his. */
function unshare(baseOffset: Offset, directory: string, disk: Disk): Promise<void> {
  const segment = createSegment({ baseOffset, directory, createdMs: 0, rollJitterMs: 0 });
  return unshareSegment(segment, disk, createFileCache(disk, FILES_MAX));
}

async function cutTail(
  action: Action<'cut-tail'>,
  directory: string,
  note: string,
  { disk, aside }: RepairContext,
): Promise<void> {
  const path = `${directory}/${segmentFileName(action.baseOffset, LOG_SUFFIX)}`;
  const sizeBytes = (await disk.stat(path))?.sizeBytes ?? 0;
  if (sizeBytes <= action.position) return;
  await aside.copyBytes(path, action.position, sizeBytes, note);
  await unshare(action.baseOffset, directory, disk);
  const file = await disk.open(path, 'update');
  try {
    await file.truncate(action.position);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function patchHeader(
  action: Action<'patch-header'>,
  directory: string,
  note: string,
  { disk, aside }: RepairContext,
): Promise<void> {
  const path = `${directory}/${segmentFileName(action.baseOffset, LOG_SUFFIX)}`;
  for (const { position, bytes } of action.patches) {
    await aside.copyBytes(path, position, position + bytes.length, note);
    await unshare(action.baseOffset, directory, disk);
    const file = await disk.open(path, 'update');
    try {
      await file.writev([bytes], position);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/**
 * Puts an empty batch that spans the lost offsets in the place of the damage, as a compaction leaves one: the log has no
 * hole, readers pass over it, and no offset is ever given out again.
 */
async function replaceRange(
  action: Action<'replace-range'>,
  check: PartitionCheck,
  note: string,
  { disk, aside }: RepairContext,
): Promise<void> {
  const { directory } = check.facts;
  const path = `${directory}/${segmentFileName(action.baseOffset, LOG_SUFFIX)}`;
  const { position, end, offsets } = action;
  if (end > position) await aside.copyBytes(path, position, end, note);
  const filler = emptyBatches(offsets, createLeaderEpochs(check.epochs).epochAt(offsets.from));
  const source = await disk.open(path, 'read');
  // A start that comes in between removes it.
  const temporary = `${path}${CLEANED_SUFFIX}`;
  try {
    const sizeBytes = await source.size();
    await disk.unlink(temporary);
    const target = await disk.open(temporary, 'create');
    try {
      await copyRange(source, target, 0, position);
      await target.writev([filler], position);
      await copyRange(source, target, end, sizeBytes, position + filler.length);
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  await disk.rename(temporary, path);
  await disk.syncDirectory(directory);
}

/** A batch spans at most 2^31 offsets. */
function emptyBatches({ from, to }: OffsetRange, partitionLeaderEpoch: number): Buffer {
  const batches: Buffer[] = [];
  for (let baseOffset = from; baseOffset <= to; ) {
    const lastOffsetDelta = Math.min(to - baseOffset, 2 ** 31 - 1);
    batches.push(buildBatch([], { baseOffset, lastOffsetDelta, partitionLeaderEpoch }));
    baseOffset += lastOffsetDelta + 1;
  }
  return Buffer.concat(batches);
}

async function segmentsOf(disk: Disk, directory: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await disk.list(directory)) {
    const parsed = parseSegmentFileName(name);
    if (parsed?.suffix !== LOG_SUFFIX || parsed.state !== '') continue;
    const sizeBytes = (await disk.stat(`${directory}/${name}`))?.sizeBytes ?? 0;
    segments.push(createSegment({ baseOffset: parsed.offset, directory, createdMs: 0, rollJitterMs: 0, sizeBytes }));
  }
  return segments;
}

async function rebuildSegmentIndexes(
  baseOffset: number,
  check: PartitionCheck,
  note: string,
  context: RepairContext,
): Promise<void> {
  const { disk, aside } = context;
  const options = await rebuildOptions(check, context);
  const segment = options.segments.find((each) => each.baseOffset === baseOffset);
  if (segment === undefined) return;
  const { indexes, fault } = await rebuildIndexes(segment, options);
  // The log is made whole first; what is still wrong then is for its owner to decide.
  if (fault !== undefined) return;
  for (const path of segmentPaths(segment).slice(1)) await aside.copyFile(path, note);
  await writeIndexFiles(disk, segment, indexes);
  await disk.syncDirectory(check.facts.directory);
}

async function rebuildSnapshot(
  offset: number,
  check: PartitionCheck,
  note: string,
  context: RepairContext,
): Promise<void> {
  const { disk, aside } = context;
  const path = snapshotPath(check.facts.directory, offset);
  if ((await disk.stat(path)) === undefined) return;
  await aside.copyFile(path, note);
  // Out of the way, so that it is not taken for its own source.
  await disk.unlink(path);
  const producers = createProducerState();
  await rebuildProducers(producers, offset, await rebuildOptions(check, context));
  await disk.replaceFile(path, encodeProducerSnapshot(producers.entries(), producers.uncertainBelow));
}

async function rebuildOptions(check: PartitionCheck, { disk, clock }: RepairContext) {
  const { directory, config } = check.facts;
  return {
    disk,
    files: createFileCache(disk, FILES_MAX),
    clock,
    logger: silentLogger,
    directory,
    segments: await segmentsOf(disk, directory),
    config,
    logStartOffset: check.logStartOffset,
  };
}
