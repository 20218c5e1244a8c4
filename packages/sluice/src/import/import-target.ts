import { type Disk, DiskError } from '@sluice/kernel/disk';
import { IMPORT_MARKER, METADATA_FILE } from '../data-directory.ts';
import { refuse } from './import-refused.ts';

const META_PROPERTIES = 'meta.properties';
const HARMLESS = new Set(['lost+found', '.lock', '.link-probe', `${IMPORT_MARKER}.tmp`]);
const MARKER_VERSION = 1;

/** What a target says of the import that is under way into it. While it is there, no broker starts on it. */
export interface ImportMarker {
  readonly sources: readonly string[];
  readonly fingerprint: string;
}

/** The marker of an import that was interrupted; `undefined` for an empty target. Fails with `ImportRefused`. */
export async function inspectTarget(disk: Disk, target: string): Promise<ImportMarker | undefined> {
  const stat = await disk.stat(target);
  if (stat === undefined) return undefined;
  if (!stat.isDirectory) refuse(`${target} is a file`, 'name an empty or a new directory with --data');
  const names = await disk.list(target);
  if (names.includes(IMPORT_MARKER)) return await readMarker(disk, target);
  const anew = 'name an empty or a new directory with --data';
  if (names.includes(METADATA_FILE)) {
    const meta = String((await disk.readFile(`${target}/${META_PROPERTIES}`)) ?? '');
    const cluster = /^cluster\.id=(.*)$/m.exec(meta)?.[1];
    const whose = cluster === undefined ? 'a Sluice broker' : `a Sluice broker of cluster ${cluster}`;
    refuse(`${target} has the data of ${whose} already`, anew, 'exists');
  }
  if (names.includes(META_PROPERTIES)) refuse(`${target} belongs to an Apache Kafka broker`, anew, 'exists');
  const foreign = names.find((name) => !HARMLESS.has(name));
  if (foreign !== undefined) refuse(`${target} is not empty: it has ${foreign}`, anew, 'exists');
  return undefined;
}

async function readMarker(disk: Disk, target: string): Promise<ImportMarker> {
  const content = await disk.readFile(`${target}/${IMPORT_MARKER}`);
  try {
    const value: unknown = JSON.parse(String(content));
    if (isMarker(value) && value.version === MARKER_VERSION) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return refuse(
    `${target} has an unfinished import that this Sluice cannot go on with (${IMPORT_MARKER})`,
    'empty the directory, or name another with --data',
  );
}

function isMarker(value: unknown): value is ImportMarker & { version: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const { sources, fingerprint } = value as Record<string, unknown>;
  const areTexts = Array.isArray(sources) && sources.every((source) => typeof source === 'string');
  return areTexts && typeof fingerprint === 'string';
}

/** Claims the target before anything is put into it. */
export async function writeMarker(disk: Disk, target: string, marker: ImportMarker): Promise<void> {
  const content = JSON.stringify({ version: MARKER_VERSION, ...marker }, undefined, 2);
  await disk.replaceFile(`${target}/${IMPORT_MARKER}`, `${content}\n`);
}

/** The import is done: a broker may start. */
export async function removeMarker(disk: Disk, target: string): Promise<void> {
  await disk.syncDirectory(target);
  await disk.unlink(`${target}/${IMPORT_MARKER}`);
  await disk.syncDirectory(target);
}

/** Takes away what an earlier attempt put there; the marker says that all of it is an import's. */
export async function clearTarget(disk: Disk, target: string): Promise<void> {
  for (const name of await disk.list(target)) {
    if (name === IMPORT_MARKER || name === '.lock' || name === 'lost+found') continue;
    await disk.removeTree(`${target}/${name}`);
  }
  await disk.syncDirectory(target);
}

/** Keeps others out while files are brought. */
export async function lockTarget(disk: Disk, target: string) {
  try {
    return await disk.lock(`${target}/.lock`);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    if (error.tag === 'busy') refuse(`another import or a broker uses ${target}`, 'wait for it, or stop it');
    if (error.tag === 'denied' || error.tag === 'read-only') {
      refuse(`${target} cannot be written by this user`, 'make it writable, or name another with --data');
    }
    throw error;
  }
}
