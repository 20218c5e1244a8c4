import type { Clock } from '@sluice/kernel/clock';
import { type Disk, DiskError } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createOverlayDisk } from '@sluice/kernel/overlay-disk';
import { LEADER_EPOCH_CHECKPOINT, LOG_SUFFIX, parseSegmentFileName, segmentFileName } from '../file-names.ts';
import { decodeLeaderEpochs, type EpochEntry } from '../leader-epochs.ts';
import { clearLeftovers } from '../leftovers.ts';
import { decodeProducerSnapshot } from '../producer-snapshot.ts';
import { snapshotOffsets, snapshotPath } from '../producer-snapshots.ts';
import { createProducerState, type ProducerState } from '../producer-state.ts';
import { createSegment, logPath, type Segment } from '../segment.ts';
import { checkSegment, type SegmentCheck } from './check-segment.ts';
import {
  type EpochFile,
  epochFindings,
  indexFindings,
  snapshotFindings,
  transactionFindings,
} from './derived-findings.ts';
import { createEpochCheck, type EpochCheck } from './epoch-check.ts';
import type { Finding, HeaderPatch } from './finding.ts';
import { finding } from './finding-codes.ts';
import { type Foretold, foretell } from './foretell.ts';
import { leftoverFindings } from './leftover-findings.ts';
import { logFindings } from './log-findings.ts';
import { mendHeader } from './mend-header.ts';
import type { PartitionFacts } from './partition-facts.ts';
import { type PartitionOwner, readOwner } from './partition-owner.ts';
import type { BadRange } from './walk-damaged.ts';

/** A header is proved by the CRC over its batch; one that claims more than this is not tried. */
const MENDED_SIZE_BYTES_MAX = 64 * 1024 * 1024;

export interface PartitionCheckOptions {
  /** Only read from. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly facts: PartitionFacts;
  onBytes(sizeBytes: number): Promise<void> | undefined;
}

export interface PartitionCheck {
  readonly facts: PartitionFacts;
  readonly findings: readonly Finding[];
  readonly segments: number;
  readonly sizeBytes: number;
  readonly batches: number;
  readonly logStartOffset: Offset;
  /** Behind the last batch that can be read. */
  readonly logEndOffset: Offset;
  /** Looked for only where it could be surprising. */
  readonly foretold: Foretold | undefined;
  readonly epochs: readonly EpochEntry[];
  /** Where the leader epochs start, if a checksum vouches for them. */
  readonly trustedEpochsStart: Offset | undefined;
  readonly owner: PartitionOwner;
}

/** Checks one partition's directory as the next start would find it. Changes nothing. */
export async function checkPartition(options: PartitionCheckOptions): Promise<PartitionCheck> {
  const { disk } = options;
  const rawNames = await disk.list(options.facts.directory);
  const view = createOverlayDisk(disk);
  const names = await clearLeftovers(view, options.facts.directory, silentLogger);
  const facts = await withProvedEnd(options.facts, view, names);
  const all = await findSegments(view, facts.directory, names);
  const epochFile = await readEpochs(view, facts);
  const trustedEpochsStart = epochFile.isChecked ? epochFile.entries?.[0]?.startOffset : undefined;
  const logStart = facts.logStartOffset ?? trustedEpochsStart ?? 0;
  const kept = all.filter((_, index) => (all[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) > logStart);
  const findings = [...leftoverFindings(facts.name, rawNames)];
  if (kept.length < all.length) findings.push(belowStartFinding(all, kept, facts, logStart));

  const epochs = createEpochCheck(epochFile.entries, facts.provedEnd);
  const producers = createProducerState();
  const producersKnownFrom = await loadProducers(view, facts, kept[0]?.baseOffset ?? 0, names, producers);
  const checks: SegmentCheck[] = [];
  for (const [index, segment] of kept.entries()) {
    const offsetEnd = kept[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY;
    const isLast = index === kept.length - 1;
    try {
      checks.push(
        await checkSegment({
          disk: view,
          facts,
          segment,
          isLast,
          offsetEnd,
          producers,
          producersKnownFrom,
          epochs,
          onBytes: options.onBytes,
        }),
      );
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      findings.push(unreadableFinding(segment, facts, error));
    }
  }

  const logEndOffset = checks.reduce((end, { walk, segment }) => Math.max(end, walk.nextOffset, segment.baseOffset), 0);
  findings.push(
    ...(await logFindings({ facts, checks, mend: (check, bad, next) => mend(view, check, bad, next, epochs) })),
  );
  findings.push(...startFindings(kept, trustedEpochsStart, facts));
  findings.push(...indexFindings(checks, facts));
  const isEmpty = kept.every((segment) => segment.sizeBytes === 0);
  findings.push(...epochFindings(epochFile, epochs, facts, isEmpty));
  findings.push(...(await snapshotFindings(view, names, facts, Math.max(logEndOffset, facts.provedEnd))));
  findings.push(...transactionFindings(producers, facts, logEndOffset));

  const isKnown = facts.isClean && facts.logStartOffset !== undefined;
  const isQuiet = isKnown && findings.every(({ severity }) => severity === 'note');
  const firstKeptBase = kept[0]?.baseOffset ?? 0;
  return {
    facts,
    findings,
    segments: all.length,
    sizeBytes: all.reduce((sum, segment) => sum + segment.sizeBytes, 0),
    batches: checks.reduce((sum, { walk }) => sum + walk.batches, 0),
    logStartOffset: Math.max(logStart, firstKeptBase),
    logEndOffset,
    foretold: isQuiet
      ? undefined
      : await foretell({ disk, clock: options.clock, facts, readableEnd: logEndOffset, firstKeptBase }),
    epochs: epochs.found,
    trustedEpochsStart,
    owner: await readOwner(view, facts.directory),
  };
}

/** Our snapshots are only written once the log is on disk up to their offset. */
async function withProvedEnd(facts: PartitionFacts, disk: Disk, names: readonly string[]): Promise<PartitionFacts> {
  if (!facts.isOurs) return facts;
  for (const offset of snapshotOffsets(names).reverse()) {
    if (offset <= facts.provedEnd) break;
    const content = await disk.readFile(snapshotPath(facts.directory, offset));
    if (content !== undefined && typeof decodeProducerSnapshot(content) !== 'string') {
      return { ...facts, provedEnd: offset };
    }
  }
  return facts;
}

async function findSegments(disk: Disk, directory: string, names: readonly string[]): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of names) {
    const parsed = parseSegmentFileName(name);
    if (parsed?.suffix !== LOG_SUFFIX || parsed.state !== '') continue;
    const sizeBytes = (await disk.stat(`${directory}/${name}`))?.sizeBytes ?? 0;
    segments.push(createSegment({ baseOffset: parsed.offset, directory, createdMs: 0, rollJitterMs: 0, sizeBytes }));
  }
  return segments;
}

interface ReadEpochs extends EpochFile {
  readonly entries: readonly EpochEntry[] | undefined;
}

async function readEpochs(disk: Disk, { directory }: PartitionFacts): Promise<ReadEpochs> {
  const content = await disk.readFile(`${directory}/${LEADER_EPOCH_CHECKPOINT}`);
  if (content === undefined) return { entries: undefined, fault: undefined, isThere: false, isChecked: false };
  const decoded = decodeLeaderEpochs(content);
  if (typeof decoded === 'string') return { entries: undefined, fault: decoded, isThere: true, isChecked: false };
  return { entries: decoded.entries, fault: undefined, isThere: true, isChecked: decoded.isChecked };
}

/** The producers as of the first segment; returns from where on all of their transactions are known. */
async function loadProducers(
  disk: Disk,
  facts: PartitionFacts,
  firstBase: Offset,
  names: readonly string[],
  producers: ProducerState,
): Promise<Offset> {
  if (firstBase > 0 && snapshotOffsets(names).includes(firstBase)) {
    const snapshot = decodeProducerSnapshot(
      (await disk.readFile(snapshotPath(facts.directory, firstBase))) ?? Buffer.alloc(0),
    );
    if (typeof snapshot !== 'string') {
      producers.load(snapshot.entries, firstBase, snapshot.uncertainBelow);
      return 0;
    }
  }
  producers.load([], firstBase);
  return firstBase;
}

async function mend(
  disk: Disk,
  check: SegmentCheck,
  bad: BadRange,
  nextOffset: Offset,
  epochs: EpochCheck,
): Promise<HeaderPatch | undefined> {
  const sizeBytes = bad.end - bad.position;
  if (sizeBytes > MENDED_SIZE_BYTES_MAX) return undefined;
  const file = await disk.open(logPath(check.segment), 'read');
  try {
    const bytes = Buffer.alloc(sizeBytes);
    await file.read(bytes, bad.position);
    const leaderEpoch = epochs.epochAt(bad.fromOffset);
    const header = mendHeader({ bytes, baseOffset: bad.fromOffset, nextOffset, leaderEpoch });
    return header === undefined ? undefined : { position: bad.position, bytes: header };
  } finally {
    await file.close();
  }
}

function belowStartFinding(
  all: readonly Segment[],
  kept: readonly Segment[],
  facts: PartitionFacts,
  logStart: Offset,
): Finding {
  const count = all.length - kept.length;
  return finding('leftovers', {
    partition: facts.name,
    file: segmentFileName(all[0]?.baseOffset ?? 0, LOG_SUFFIX),
    what: `${count === 1 ? 'One segment lies' : `${count} segments lie`} below the log's start, offset ${logStart}.`,
    means: 'Their records were deleted already; the broker stopped before it removed the files.',
    start: 'removes them',
  });
}

/** Files that are missing at the beginning: nothing else tells of them. */
function startFindings(kept: readonly Segment[], fromEpochs: Offset | undefined, facts: PartitionFacts): Finding[] {
  const first = kept[0];
  if (first === undefined) return [];
  const start = Math.max(facts.logStartOffset ?? 0, fromEpochs ?? 0);
  if (first.baseOffset <= start || (start === 0 && fromEpochs === undefined)) return [];
  const offsets = { from: start, to: first.baseOffset - 1 };
  return [
    finding('missing-offsets', {
      partition: facts.name,
      offsets,
      what: `The log should begin at offset ${start}, but its first file begins at ${first.baseOffset}.`,
      means: `The records before it are lost here. They were acknowledged, and nobody had deleted them.`,
      repair:
        'nothing: restore the missing files or the partition from a replica or a backup; without them the log ' +
        `begins at ${first.baseOffset}`,
    }),
  ];
}

function unreadableFinding(segment: Segment, facts: PartitionFacts, error: DiskError): Finding {
  return finding('unreadable-file', {
    partition: facts.name,
    file: segmentFileName(segment.baseOffset, LOG_SUFFIX),
    what: `The disk cannot read the file: ${error.message}.`,
    means:
      'Its records cannot be checked or served while that is so. Copy what can still be copied from this disk first.',
    repair: `nothing: replace the disk, restore from a replica or a backup, or set the partition aside with --set-aside ${facts.name}`,
  });
}
