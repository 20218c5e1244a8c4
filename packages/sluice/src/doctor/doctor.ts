import type { DiskLock } from '@sluice/kernel/disk';
import {
  type CheckProgress,
  checkDirectory,
  type DirectoryCheck,
  type DirectoryCheckOptions,
} from '@sluice/log/doctor/check-directory';
import type { Finding } from '@sluice/log/doctor/finding';
import { type Consent, NO_CONSENT, plannedRepairs, repairDirectory } from '@sluice/log/doctor/repair-directory';
import { LogDirectoryError } from '@sluice/log/log-directory-error';
import { decodeMetaProperties, META_PROPERTIES, type MetaProperties } from '@sluice/log/meta-properties';
import { IMPORT_MARKER, METADATA_FILE, METADATA_FILES } from '../data-directory.ts';
import type { World } from '../world.ts';
import { duplicates, metadataFindings, secondStore, unfinishedImport } from './directory-set-findings.ts';
import { DoctorRefused } from './doctor-refused.ts';
import { expectedOf } from './expected.ts';
import { internalDecoder } from './internal-records.ts';
import { lockDirectory } from './lock-directory.ts';
import { type ReadMetadata, readMetadata } from './read-metadata.ts';
import { requireDataDirectory } from './require-data-directory.ts';

export interface DoctorOptions {
  readonly world: World;
  /** All data directories of one broker. */
  readonly paths: readonly string[];
  /** A directory for a copy of the metadata, on any disk. */
  readonly scratch: string;
  /** Take every record apart. */
  readonly isDeep: boolean;
  /** Undefined: nothing is changed. */
  readonly repair: Consent | undefined;
  readonly onProgress?: (progress: DoctorProgress) => void;
  readonly onRepair?: (path: string, found: Finding) => void;
}

export interface DoctorProgress extends CheckProgress {
  readonly path: string;
}

export interface DoctoredDirectory {
  /** As it is now: after the repair, if there was one. */
  readonly check: DirectoryCheck;
  /** Of this directory and its partitions; also what only all directories together show. */
  readonly findings: readonly Finding[];
  /** What `--repair` would do about them without another word. */
  readonly planned: readonly Finding[];
  /** What was done, in order. */
  readonly repaired: readonly Finding[];
}

/**
 * Checks the data directories of a stopped broker, and repairs them where that was asked for. Without a repair nothing is
 * written in them. Fails with `DoctorRefused`, or with `DiskError`.
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly DoctoredDirectory[]> {
  const { world, paths, repair } = options;
  const names = new Map<string, readonly string[]>();
  for (const path of paths) names.set(path, await requireDataDirectory(world.disk, path));
  const locks: DiskLock[] = [];
  const notes = new Map<string, Finding[]>();
  try {
    for (const path of paths) {
      const { lock, notes: found } = await lockDirectory(world.disk, path, repair !== undefined);
      if (lock !== undefined) locks.push(lock);
      notes.set(path, found);
    }
    return await checkAll(options, names, notes);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

async function checkAll(
  options: DoctorOptions,
  names: ReadonlyMap<string, readonly string[]>,
  notes: ReadonlyMap<string, readonly Finding[]>,
): Promise<readonly DoctoredDirectory[]> {
  const { world, paths, repair } = options;
  const metas = new Map<string, MetaProperties | undefined>();
  for (const path of paths) metas.set(path, await readMeta(world, path));
  const storePath = paths.find((path) => names.get(path)?.includes(METADATA_FILE));
  const isOurs = storePath !== undefined || [...metas.values()].some((meta) => (meta?.formatVersion ?? 0) > 0);
  if (repair !== undefined && !isOurs) {
    throw new DoctorRefused(
      'unsuitable',
      `${paths[0]} belongs to an Apache Kafka broker, and sluice doctor repairs only Sluice's directories`,
      'check it without --repair; what Kafka cannot mend itself, sluice import can take over',
    );
  }
  if (repair !== undefined) refuseAmbiguous(names, repair);
  const metadata: ReadMetadata =
    storePath === undefined ? { kind: 'missing' } : await readMetadata(world, storePath, options.scratch);
  const directoryIds = new Set([...metas.values()].map((meta) => meta?.directoryId ?? '').filter((id) => id !== ''));
  const nodeId = [...metas.values()].find((meta) => meta !== undefined)?.nodeId;
  const expected = metadata.kind === 'image' ? expectedOf({ image: metadata.image, nodeId, directoryIds }) : undefined;

  const results: DoctoredDirectory[] = [];
  for (const path of paths) {
    const elsewhere = new Set(paths.filter((other) => other !== path).flatMap((other) => names.get(other) ?? []));
    const checkOptions: DirectoryCheckOptions = {
      disk: world.disk,
      clock: world.clock,
      path,
      expected: expected && { ...expected, partitions: () => without(expected.partitions(), elsewhere) },
      isDeep: options.isDeep,
      decoderOf: internalDecoder,
      knownNames: [...METADATA_FILES, IMPORT_MARKER],
      onProgress: (progress) => options.onProgress?.({ ...progress, path }),
    };
    const own = [
      ...(notes.get(path) ?? []),
      ...(path === (storePath ?? paths[0]) && isOurs ? metadataFindings(metadata) : []),
      ...duplicates(names.get(path) ?? [], elsewhere),
      ...(path !== storePath && names.get(path)?.includes(METADATA_FILE) ? [secondStore(storePath ?? '')] : []),
      ...(names.get(path)?.includes(IMPORT_MARKER) ? [unfinishedImport()] : []),
    ];
    const first = withoutLogs(await checkDirectory(checkOptions), path === storePath && paths.length > 1);
    if (repair === undefined) {
      const planned = plannedRepairs(first, NO_CONSENT);
      results.push({
        check: first,
        findings: [...own, ...first.findings],
        planned: first.isOurs ? planned : [],
        repaired: [],
      });
      continue;
    }
    const { check, done } = await repairDirectory(first, {
      ...checkOptions,
      consent: repair,
      onRepair: (found) => options.onRepair?.(path, found),
    });
    const planned = plannedRepairs(check, repair);
    results.push({ check, findings: [...own, ...check.findings], planned, repaired: done });
  }
  return results;
}

/** The metadata may have a directory to itself (`metadata.log.dir`): what marks a directory of logs is not missed there. */
function withoutLogs(check: DirectoryCheck, mayHaveNone: boolean): DirectoryCheck {
  if (!mayHaveNone || check.partitions.length > 0 || check.state.meta !== undefined) return check;
  const findings = check.findings.filter(({ code }) => code !== 'missing-meta-properties' && code !== 'unclean-stop');
  return { ...check, findings };
}

/** Which of several copies is to go only the directory tells. */
function refuseAmbiguous(names: ReadonlyMap<string, readonly string[]>, consent: Consent): void {
  for (const partition of consent.setAside) {
    if ([...names.values()].filter((each) => each.includes(partition)).length < 2) continue;
    throw new DoctorRefused(
      'unsuitable',
      `${partition} lies in several of these directories`,
      'name only the directory from which it is to go',
    );
  }
}

async function readMeta({ disk }: World, path: string): Promise<MetaProperties | undefined> {
  const content = await disk.readFile(`${path}/${META_PROPERTIES}`);
  try {
    return content && decodeMetaProperties(content, path);
  } catch (error) {
    // The check says so.
    if (error instanceof LogDirectoryError) return undefined;
    throw error;
  }
}

function* without<Each extends { readonly topic: string; readonly partition: number }>(
  partitions: Iterable<Each>,
  names: ReadonlySet<string>,
): Iterable<Each> {
  for (const each of partitions) if (!names.has(`${each.topic}-${each.partition}`)) yield each;
}
