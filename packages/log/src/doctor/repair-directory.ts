import { DiskError } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { encodeCheckpoint } from '../checkpoint-file.ts';
import { readJournal } from '../journal/read-journal.ts';
import { restoreLogs } from '../journal/restore-logs.ts';
import { parsePartitionName } from '../partition-name.ts';
import { STOP_SUMMARY } from '../stop-summary.ts';
import { checkAgain, type DirectoryCheck, type DirectoryCheckOptions } from './check-directory.ts';
import type { PartitionCheck } from './check-partition.ts';
import { CLEANED_OFFSETS, LOG_STARTS, RECOVERY_POINTS } from './directory-names.ts';
import type { Finding, OffsetRange, RepairAction } from './finding.ts';
import { finding } from './finding-codes.ts';
import { noteOf, type RepairContext, repairLog } from './repair-log.ts';
import { createSetAside } from './set-aside.ts';

/** A repair shows what it could not see before at most this often: logs first, then what is made from them. */
const ROUNDS_MAX = 6;

/** What the owner has agreed to. */
export interface Consent {
  /** Offsets that may be given up where their batches cannot be read. */
  readonly acceptLoss: readonly { readonly partition: string; readonly offsets: OffsetRange }[];
  /** Partitions to put out of the way as a whole. */
  readonly setAside: readonly string[];
  /** Partitions that belong to the topic that they are named after, whatever they say themselves. */
  readonly adopt: readonly string[];
}

export const NO_CONSENT: Consent = { acceptLoss: [], setAside: [], adopt: [] };

export interface RepairOptions extends DirectoryCheckOptions {
  readonly consent: Consent;
  readonly onRepair?: (found: Finding) => void;
}

export interface Repaired {
  /** What was carried out, in order. */
  readonly done: readonly Finding[];
  /** As it is now. */
  readonly check: DirectoryCheck;
}

/** First the logs themselves; only then what is made from them. */
const STAGES: Readonly<Record<RepairAction['kind'], number>> = {
  'restore-journal': 0,
  'clear-leftovers': 0,
  'set-aside-partition': 0,
  'patch-header': 1,
  'cut-tail': 1,
  'replace-range': 1,
  'rebuild-epochs': 2,
  'restore-partition-metadata': 2,
  'rebuild-snapshot': 3,
  'rebuild-indexes': 4,
  'set-aside-file': 5,
  'rebuild-checkpoint': 6,
};

/** Those findings that a repair would do something about, given what its owner has agreed to. */
export function plannedRepairs(check: DirectoryCheck, consent: Consent): Finding[] {
  const planned = [...check.findings.filter((found) => isAllowed(found, consent)), ...asked(check, consent)];
  const journal = planned.filter(({ action }) => action?.kind === 'restore-journal');
  // By itself there is no need: the next start does it.
  return planned.length === journal.length ? [] : planned;
}

/** Carries out what is safe, or agreed to, until nothing is left to do. Fails with `DiskError`; running it again goes on. */
export async function repairDirectory(first: DirectoryCheck, options: RepairOptions): Promise<Repaired> {
  const context = { disk: options.disk, clock: options.clock, aside: createSetAside(options.disk, options.path) };
  const done: Finding[] = [];
  let check = first;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const planned = plannedRepairs(check, options.consent);
    if (planned.length === 0) break;
    const changed = new Set<string>();
    const journal = planned.find(({ action }) => action?.kind === 'restore-journal');
    if (journal !== undefined) {
      options.onRepair?.(journal);
      await restoreJournal(journal, check, context);
      done.push(journal);
      check = await checkAgain(options, [], undefined);
      continue;
    }
    await setSummaryAside(check, context);
    for (const partition of new Set(planned.map((found) => found.partition))) {
      const ofPartition = planned.filter((found) => found.partition === partition);
      const stage = Math.min(...ofPartition.map(stageOf));
      if (partition !== undefined) changed.add(partition);
      else if (planned.some((found) => found.partition !== undefined)) continue;
      for (const found of distinct(inOrder(ofPartition.filter((each) => isOfStage(each, stage))))) {
        options.onRepair?.(found);
        await carryOut(found, check, context);
        done.push(found);
      }
    }
    check = await checkAgain(options, check.partitions, changed);
  }
  return { done, check };
}

/** Whether a finding is repaired without a word of its owner's, or with it. */
export function isAllowed(found: Finding, consent: Consent): boolean {
  const { action, partition, offsets } = found;
  if (action === undefined) return false;
  const isDisputed = found.code === 'other-topic-id' || found.code === 'swapped-partitions';
  if (isDisputed && action.kind === 'restore-partition-metadata') {
    return partition !== undefined && consent.adopt.includes(partition);
  }
  if (action.kind !== 'replace-range') return true;
  return consent.acceptLoss.some(
    (each) =>
      each.partition === partition &&
      offsets !== undefined &&
      each.offsets.from <= offsets.from &&
      offsets.to <= each.offsets.to,
  );
}

/** Partitions that their owner wants out of the way. */
function asked(check: DirectoryCheck, { setAside }: Consent): Finding[] {
  return check.names.partitions
    .filter((name) => setAside.includes(name))
    .map((partition) =>
      finding('set-aside', {
        partition,
        what: 'Its owner asked for it.',
        means: 'Its records are no longer served. The start makes the partition again, empty, if the cluster has it.',
        repair: 'sets the partition aside',
        action: { kind: 'set-aside-partition' },
      }),
    );
}

function stageOf({ action }: Finding): number {
  return action === undefined ? Number.POSITIVE_INFINITY : STAGES[action.kind];
}

/** What is made from a log is made again all at once; changes to a log are followed by a look at it. */
function isOfStage(found: Finding, stage: number): boolean {
  return stage <= 1 ? stageOf(found) === stage : true;
}

/** Within a file from its end to its beginning, so that positions stay true. */
function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((left, right) => {
    const stages = stageOf(left) - stageOf(right);
    if (stages !== 0 || stageOf(left) > 1) return stages;
    return (right.bytes?.from ?? positionOf(right)) - (left.bytes?.from ?? positionOf(left));
  });
}

/** One action may mend what several findings tell. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ action, file }) => {
    const key = action?.kind === 'rebuild-indexes' ? `indexes ${action.baseOffset}` : `${action?.kind} ${file}`;
    const isShared = action?.kind === 'rebuild-indexes' || action?.kind === 'clear-leftovers';
    if (isShared && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function positionOf({ action }: Finding): number {
  return action?.kind === 'replace-range' ? action.position : 0;
}

/** Puts into the logs what the journal has, as a start would; the journal is kept. */
async function restoreJournal(found: Finding, check: DirectoryCheck, { disk, aside }: RepairContext): Promise<void> {
  const { entries, paths } = await readJournal(disk, check.path, silentLogger);
  const { failed } = await restoreLogs(entries, {
    disk,
    logger: silentLogger,
    path: check.path,
    recoveryPoints: check.state.recoveryPoints.offsets,
    logStarts: check.state.logStarts.offsets,
    ignoresCuts: false,
  });
  const [first] = failed;
  if (first !== undefined) throw new DiskError('io', `${check.path}/${first[0]}`, first[1]);
  // The oldest first: entries must not outlive the later ones that make them void.
  for (const path of paths) await aside.move(path, noteOf(found));
}

/** It tells the next start what the logs were like before the repair. */
async function setSummaryAside(check: DirectoryCheck, { disk, aside }: RepairContext): Promise<void> {
  const path = `${check.path}/${STOP_SUMMARY}`;
  if ((await disk.stat(path)) === undefined) return;
  await aside.move(path, 'Set aside by sluice doctor --repair: it says what the logs were like before the repair.\n');
}

async function carryOut(found: Finding, check: DirectoryCheck, context: RepairContext): Promise<void> {
  // It went before anything else did.
  if (found.code === 'wrong-stop-summary') return;
  if (found.action?.kind === 'rebuild-checkpoint') return await rebuildCheckpoint(found, check, context);
  const partition = check.partitions.find(({ facts }) => facts.name === found.partition);
  if (partition === undefined) {
    await context.aside.move(`${check.path}/${found.partition ?? found.file}`, noteOf(found));
    return;
  }
  await repairLog(found, partition, context);
}

async function rebuildCheckpoint(found: Finding, check: DirectoryCheck, context: RepairContext): Promise<void> {
  const path = `${check.path}/${found.file ?? ''}`;
  const lines: string[] = [];
  for (const each of check.partitions) {
    const offset = offsetFor(found.file, each, check);
    const name = parsePartitionName(each.facts.name);
    if (offset !== undefined && name !== undefined) lines.push(`${name.topic} ${name.partition} ${offset}`);
  }
  await context.aside.copyFile(path, noteOf(found));
  await context.disk.replaceFile(path, encodeCheckpoint(lines));
}

/** What the start would find out for itself, written down. */
function offsetFor(file: string | undefined, each: PartitionCheck, check: DirectoryCheck): number | undefined {
  switch (file) {
    case RECOVERY_POINTS:
      // After a clean stop all that is there was on disk; after a crash nobody knows how much was.
      return check.state.hasCleanMark ? each.logEndOffset : undefined;
    case LOG_STARTS: {
      const start = Math.max(each.trustedEpochsStart ?? 0, each.logStartOffset);
      return start > 0 ? start : undefined;
    }
    case CLEANED_OFFSETS:
      return 0;
    default:
      return undefined;
  }
}
