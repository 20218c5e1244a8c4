import type { Clock } from '@sluice/kernel/clock';
import { type Disk, DiskError } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { LOG_SUFFIX } from '../file-names.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import type { LogConfig } from '../partition-log.ts';
import { parsePartitionName } from '../partition-name.ts';
import { checkPartition, type PartitionCheck } from './check-partition.ts';
import type { RecordDecoder } from './check-records.ts';
import { directoryFindings } from './directory-findings.ts';
import { type DirectoryNames, sortNames } from './directory-names.ts';
import { type DirectoryState, readDirectoryState } from './directory-state.ts';
import type { ExpectedPartitions } from './expected-partitions.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';
import { viewWithJournal } from './journal-view.ts';
import { ownerFindings } from './owner-findings.ts';
import type { PartitionFacts } from './partition-facts.ts';
import { summaryFindings } from './summary-findings.ts';

/** One is read while another's CRCs are computed; more only makes the disk seek. */
const PARTITIONS_AT_ONCE = 4;

export interface CheckProgress {
  readonly partitions: number;
  readonly partitionsTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface DirectoryCheckOptions {
  /** Only read from. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly path: string;
  /** `undefined`: there is no metadata to compare with, as in a directory of Kafka. */
  readonly expected: ExpectedPartitions | undefined;
  /** Take every record apart, not only those of internal topics. */
  readonly isDeep: boolean;
  readonly decoderOf?: (topic: string) => RecordDecoder | undefined;
  /** What the broker opens its logs with. */
  readonly config?: LogConfig;
  /** Names in the directory that others of ours put there. */
  readonly knownNames?: readonly string[];
  readonly onProgress?: (progress: CheckProgress) => void;
}

export interface DirectoryCheck {
  readonly path: string;
  readonly state: DirectoryState;
  readonly isOurs: boolean;
  readonly names: DirectoryNames;
  /** By name, sorted. */
  readonly partitions: readonly PartitionCheck[];
  /** Of the directory itself first, then partition by partition. */
  readonly findings: readonly Finding[];
  readonly directoryId: Uuid | undefined;
}

/** Checks a data directory and all partitions in it. Changes nothing. Fails with `DiskError`. */
export async function checkDirectory(options: DirectoryCheckOptions): Promise<DirectoryCheck> {
  return checkAgain(options, [], undefined);
}

/** As `checkDirectory`, but what is known of other partitions than `changed` is taken from `earlier`. */
export async function checkAgain(
  options: DirectoryCheckOptions,
  earlier: readonly PartitionCheck[],
  changed: ReadonlySet<string> | undefined,
): Promise<DirectoryCheck> {
  const { disk, path, expected } = options;
  const allNames = await disk.list(path);
  const names = sortNames(allNames, options.knownNames ?? []);
  const state = await readDirectoryState(disk, path, allNames);
  const journal = await viewWithJournal(disk, path, names, state);
  const isOurs = expected !== undefined || (state.meta?.formatVersion ?? 0) > 0;
  const checks = earlier.filter(({ facts }) => changed?.has(facts.name) === false);
  const failures = await checkEach(
    names.partitions.filter((name) => changed?.has(name) ?? true),
    (name) => factsOf(name, state, isOurs, options),
    { ...options, disk: journal.disk },
    checks,
  );
  checks.sort((left, right) => (left.facts.name < right.facts.name ? -1 : 1));
  return {
    path,
    state,
    isOurs,
    names,
    partitions: checks,
    directoryId: state.meta?.directoryId,
    findings: [
      ...directoryFindings({ state, names, checks, expected }),
      ...journal.findings.filter((found) => found.partition === undefined),
      ...(await summaryFindings(disk, path, state, allNames, checks)),
      ...(await spaceFindings(disk, path)),
      ...failures,
      ...[
        ...journal.findings.filter((found) => found.partition !== undefined),
        ...ownerFindings({ checks, expected, state, names }),
        ...checks.flatMap(({ findings }) => findings),
      ].sort(byPartition),
    ],
  };
}

/** Adds a check of each partition to `checks`; returns findings of those that could not be looked at. */
async function checkEach(
  names: readonly string[],
  factsFor: (name: string) => PartitionFacts,
  options: DirectoryCheckOptions,
  checks: PartitionCheck[],
): Promise<Finding[]> {
  const { disk, path } = options;
  const sizes = await logSizes(disk, path, names);
  const progress = {
    partitions: 0,
    partitionsTotal: sizes.size,
    bytes: 0,
    bytesTotal: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
  const failures: Finding[] = [];
  const onBytes = (bytes: number) => {
    progress.bytes += bytes;
    options.onProgress?.(progress);
    return undefined;
  };
  await forEachBounded(sizes.keys(), PARTITIONS_AT_ONCE, async (name) => {
    try {
      checks.push(await checkPartition({ disk, clock: options.clock, facts: factsFor(name), onBytes }));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      failures.push(unreadable(name, error));
    }
    progress.partitions++;
    options.onProgress?.(progress);
  });
  return failures;
}

function factsOf(name: string, state: DirectoryState, isOurs: boolean, options: DirectoryCheckOptions): PartitionFacts {
  const parsed = parsePartitionName(name) ?? { topic: name, partition: 0 };
  const { recoveryPoints, logStarts, cleanedOffsets } = state;
  return {
    name,
    ...parsed,
    directory: `${options.path}/${name}`,
    provedEnd: recoveryPoints.offsets?.get(name) ?? 0,
    recoveryPoint: recoveryPoints.offsets && (recoveryPoints.offsets.get(name) ?? 0),
    logStartOffset: logStarts.offsets && (logStarts.offsets.get(name) ?? 0),
    cleanedOffset: cleanedOffsets.offsets === undefined ? 0 : cleanedOffsets.offsets.get(name),
    isCompactedTopic: options.expected?.topicNamed(parsed.topic)?.isCompacted ?? false,
    hasCleanMark: state.hasCleanMark,
    isClean: state.isClean,
    isOurs,
    isDeep: options.isDeep,
    decoder: options.decoderOf?.(parsed.topic),
    config: options.config ?? DEFAULT_LOG_CONFIG,
  };
}

/** The bytes of the logs, by partition; names that are no directories are left out. */
async function logSizes(disk: Disk, path: string, names: readonly string[]): Promise<Map<string, number>> {
  const sizes = new Map(names.map((name) => [name, 0]));
  await forEachBounded(names, PARTITIONS_AT_ONCE, async (name) => {
    if (!(await disk.stat(`${path}/${name}`))?.isDirectory) {
      sizes.delete(name);
      return;
    }
    let sizeBytes = 0;
    for (const file of await disk.list(`${path}/${name}`)) {
      if (file.endsWith(LOG_SUFFIX)) sizeBytes += (await disk.stat(`${path}/${name}/${file}`))?.sizeBytes ?? 0;
    }
    sizes.set(name, sizeBytes);
  });
  return sizes;
}

/** Less than this is free: what a broker needs to start, and to make indexes again. */
const FREE_BYTES_MIN = 64 * 1024 * 1024;

async function spaceFindings(disk: Disk, path: string): Promise<Finding[]> {
  const { freeBytes, totalBytes } = await disk.space(path);
  if (freeBytes >= FREE_BYTES_MIN || totalBytes === 0) return [];
  return [
    finding('little-space', {
      what: `Only ${Math.floor(freeBytes / 1024 / 1024)} MiB are free on the disk.`,
      means: 'Nothing is lost, but a broker refuses appends when it is full, and a repair needs some room.',
      start: 'starts, and refuses appends once there is no space left',
      repair: 'nothing: make room first',
    }),
  ];
}

function unreadable(name: string, error: DiskError): Finding {
  return finding('unreadable-file', {
    partition: name,
    what: `The partition's files cannot be read: ${error.message}.`,
    means: 'Its records can neither be checked nor served while that is so.',
    repair: 'nothing: see whether the disk or the permissions are at fault',
  });
}

function byPartition(left: Finding, right: Finding): number {
  const [a, b] = [left.partition ?? '', right.partition ?? ''];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
