import type { Offset } from '@sluice/kernel/ids';
import { LOG_SUFFIX, segmentFileName } from '../file-names.ts';
import type { SegmentCheck } from './check-segment.ts';
import type { Finding, HeaderPatch, OffsetRange, RepairAction } from './finding.ts';
import { finding } from './finding-codes.ts';
import { gapsExplainedBelow, type PartitionFacts } from './partition-facts.ts';
import { describeOffsets, describePromise, describeTailPromise } from './promise.ts';
import type { BadRange } from './walk-damaged.ts';

/** Gaps are listed one by one up to this many. */
const GAPS_MAX = 8;
const ACCEPT = 'Nothing without your word: restore the partition from a replica or a backup, or give these offsets up';

const UNSYNCED =
  'Nothing says that this was ever on disk: a power loss takes writes that were not synced in any order, and none of them ' +
  'was acknowledged with acks=all. A damaged byte would look the same.';
const KEEP_BEHIND =
  'nothing without your word: the start cuts the log there; to keep what follows, give up the hole with';

export interface LogFindingsOptions {
  readonly facts: PartitionFacts;
  readonly checks: readonly SegmentCheck[];
  /** The header as it was, if that follows from what is around it. */
  mend(check: SegmentCheck, bad: BadRange, nextOffset: Offset): Promise<HeaderPatch | undefined>;
}

/** What the passes over all segments of a log mean. */
export async function logFindings(options: LogFindingsOptions): Promise<Finding[]> {
  const { facts, checks } = options;
  const found: Finding[] = [];
  for (const [index, check] of checks.entries()) {
    const nextBase = checks[index + 1]?.segment.baseOffset;
    for (const bad of check.walk.badRanges) found.push(await badRangeFinding(bad, check, nextBase, options));
    found.push(...gapFindings(check, facts), ...undecodableFindings(check, facts));
    if (check.walk.overlap !== undefined) found.push(overlapFinding(check, check.walk.overlap, facts));
    const isTailBad = check.walk.badRanges.at(-1)?.nextOffset === undefined && check.walk.badRanges.length > 0;
    if (!isTailBad) found.push(...endFindings(check, nextBase, facts));
  }
  return found;
}

/** Bytes that hold no batch: their end, or in the midst of others. */
async function badRangeFinding(
  bad: BadRange,
  check: SegmentCheck,
  nextBase: Offset | undefined,
  options: LogFindingsOptions,
): Promise<Finding> {
  const { facts } = options;
  const { baseOffset } = check.segment;
  const place = {
    partition: facts.name,
    file: segmentFileName(baseOffset, LOG_SUFFIX),
    bytes: { from: bad.position, to: bad.end },
  };
  const nextOffset = bad.nextOffset ?? nextBase ?? knownEnd(bad.fromOffset, facts);
  const sizeBytes = bad.end - bad.position;
  const bytes = bad.isZeros ? `${sizeBytes} zero bytes` : `${sizeBytes} bytes`;
  if (nextOffset === undefined || nextOffset <= bad.fromOffset) {
    return finding('torn-tail', {
      ...place,
      what: `From position ${bad.position} on, where offset ${bad.fromOffset} would be, ${bytes} are no whole batch: ${bad.reason}.`,
      means: describeTailPromise(bad.fromOffset, facts),
      repair: `cuts the file at position ${bad.position} and keeps what it cuts in a file of its own`,
      action: { kind: 'cut-tail', baseOffset, position: bad.position },
    });
  }
  const offsets = { from: bad.fromOffset, to: nextOffset - 1 };
  const patch = await options.mend(check, bad, nextOffset);
  if (patch !== undefined) {
    return finding('wrong-batch-header', {
      ...place,
      offsets,
      what: `The header of the batch at position ${bad.position} is damaged: ${bad.reason}.`,
      means: `Its records, ${describeOffsets(offsets)}, are whole, but cannot be read as it is. ${describePromise(offsets, facts)}`,
      repair: 'writes the header as the batches around it and the CRC-32C prove that it was',
      action: { kind: 'patch-header', baseOffset, patches: [patch] },
    });
  }
  if (isUnsynced(offsets, facts)) {
    return finding('unsynced-hole', {
      ...place,
      offsets,
      what: `${upper(bytes)} from position ${bad.position} on hold no batch that can be trusted: ${bad.reason}. Good ones follow.`,
      means: `${UNSYNCED} ${upper(describeOffsets(offsets))} cannot be read.`,
      repair: `${KEEP_BEHIND} --accept-loss ${facts.name}:${offsets.from}-${offsets.to}`,
      action: { kind: 'replace-range', baseOffset, position: bad.position, end: bad.end, offsets },
    });
  }
  return finding('unreadable-batches', {
    ...place,
    offsets,
    what: `${upper(bytes)} from position ${bad.position} on hold no batch that can be trusted: ${bad.reason}.`,
    means: `Consumers cannot read ${describeOffsets(offsets)}. ${describePromise(offsets, facts)}`,
    repair: `${ACCEPT} with --accept-loss ${facts.name}:${offsets.from}-${offsets.to}`,
    action: { kind: 'replace-range', baseOffset, position: bad.position, end: bad.end, offsets },
  });
}

/** The end that a log must have by what is written beside it, if that lies behind `offset`. */
function knownEnd(offset: Offset, { provedEnd }: PartitionFacts): Offset | undefined {
  return provedEnd > offset ? provedEnd : undefined;
}

function gapFindings(check: SegmentCheck, facts: PartitionFacts): Finding[] {
  const file = segmentFileName(check.segment.baseOffset, LOG_SUFFIX);
  const listed = check.walk.gaps.slice(0, GAPS_MAX);
  const more = check.walk.gaps.length - listed.length;
  return listed.map((offsets, index) =>
    finding('missing-offsets', {
      partition: facts.name,
      file,
      offsets,
      what: `No batch has ${describeOffsets(offsets)}, and no compaction can have taken them${
        more > 0 && index === listed.length - 1 ? `; ${more} more gaps follow in this file` : ''
      }.`,
      means: `Either these records are lost, or the offset of the batch behind them is wrong. ${describePromise(offsets, facts)}`,
      repair:
        'nothing: restore the partition from a replica or a backup, or set it aside with ' +
        `--set-aside ${facts.name}`,
    }),
  );
}

function undecodableFindings(
  { segment, undecodable, undecodableCount }: SegmentCheck,
  facts: PartitionFacts,
): Finding[] {
  const more = undecodableCount - undecodable.length;
  return undecodable.map(({ batch, fault }, index) => {
    const rest = more > 0 && index === undecodable.length - 1 ? `; ${more} more batches like it follow` : '';
    return finding('undecodable-records', {
      partition: facts.name,
      file: segmentFileName(segment.baseOffset, LOG_SUFFIX),
      offsets: { from: batch.baseOffset, to: batch.lastOffset },
      bytes: { from: batch.position, to: batch.position + batch.sizeBytes },
      what: `A batch whose CRC-32C is right cannot be taken apart: ${fault}${rest}.`,
      means: 'The disk has kept what it was given: a producer, or a bug, wrote it so. Its readers will fail on it.',
      repair: 'nothing: what was acknowledged stays as it is',
    });
  });
}

function overlapFinding(check: SegmentCheck, offsets: OffsetRange, facts: PartitionFacts): Finding {
  return finding('overlapping-segments', {
    partition: facts.name,
    file: segmentFileName(check.segment.baseOffset, LOG_SUFFIX),
    offsets,
    what: `The segment goes on with ${describeOffsets(offsets)}, which belong to the next one.`,
    means: `Two versions of these records exist; consumers get those of the next segment. ${describePromise(offsets, facts)}`,
    repair: `nothing: which of them is right cannot be told; set the partition aside with --set-aside ${facts.name}`,
  });
}

/** Whether the log goes on where this segment ends, or ends where it must. */
function endFindings(check: SegmentCheck, nextBase: Offset | undefined, facts: PartitionFacts): Finding[] {
  const { segment, walk } = check;
  const expected = nextBase ?? knownEnd(walk.nextOffset, facts);
  if (expected === undefined || walk.nextOffset >= expected) return [];
  if (nextBase !== undefined && walk.nextOffset < gapsExplainedBelow(facts)) return [];
  const offsets = { from: walk.nextOffset, to: expected - 1 };
  const what =
    nextBase === undefined
      ? `The log ends at offset ${walk.nextOffset}, but it once was whole on disk up to ${expected}.`
      : `The segment ends at offset ${walk.nextOffset}, and the next one begins at ${nextBase}: a hole between files.`;
  const action: RepairAction = {
    kind: 'replace-range',
    baseOffset: segment.baseOffset,
    position: walk.goodEnd,
    end: segment.sizeBytes,
    offsets,
  };
  const place = { partition: facts.name, file: segmentFileName(segment.baseOffset, LOG_SUFFIX), offsets, what, action };
  if (isUnsynced(offsets, facts)) {
    const repair = `${KEEP_BEHIND} --accept-loss ${facts.name}:${offsets.from}-${offsets.to}`;
    return [finding('unsynced-hole', { ...place, means: UNSYNCED, repair })];
  }
  return [
    finding(nextBase === undefined ? 'shorter-than-recorded' : 'missing-offsets', {
      ...place,
      means: `${upper(describeOffsets(offsets))} are lost here. ${describePromise(offsets, facts)}${
        nextBase === undefined ? ' New records would get the same offsets again.' : ''
      }`,
      repair: `${ACCEPT} with --accept-loss ${facts.name}:${offsets.from}-${offsets.to}`,
    }),
  ];
}

/** Whether a crash may have taken these from what the log had not made durable yet. */
function isUnsynced(offsets: OffsetRange, { hasCleanMark, provedEnd, isOurs }: PartitionFacts): boolean {
  return isOurs && !hasCleanMark && offsets.from >= provedEnd;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
