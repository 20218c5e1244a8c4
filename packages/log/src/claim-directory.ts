import { dirname } from 'node:path';
import { type Disk, DiskError, type DiskLock } from '@sluice/kernel/disk';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import { LogDirectoryError } from './log-directory-error.ts';
import { decodeMetaProperties, encodeMetaProperties, FORMAT_VERSION, META_PROPERTIES } from './meta-properties.ts';

const LOCK = '.lock';
/** What may lie in a directory that is still to become a data directory. */
const HARMLESS_NAMES = ['lost+found', LOCK, `${META_PROPERTIES}.tmp`];

export interface ClaimOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly path: string;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  /** Names that others of ours put there before. */
  readonly knownNames?: readonly string[];
}

export interface Claim {
  readonly directoryId: Uuid;
  readonly lock: DiskLock;
}

/** Makes the directory ours: locked, and marked as this node's of this cluster. Fails with `LogDirectoryError`. */
export async function claimDirectory(options: ClaimOptions): Promise<Claim> {
  const { disk, path } = options;
  let lock: DiskLock | undefined;
  try {
    await makeDurableDirectory(disk, path);
    const content = await disk.readFile(`${path}/${META_PROPERTIES}`);
    if (content === undefined) {
      await refuseForeign(options);
      await syncAncestors(disk, path);
    }
    lock = await disk.lock(`${path}/${LOCK}`);
    return { directoryId: await mark(options, content), lock };
  } catch (error) {
    await lock?.release();
    throw explain(error, path);
  }
}

/** A new directory is there after a power loss once its parent was synced, and so on upwards. */
export async function makeDurableDirectory(disk: Disk, path: string): Promise<void> {
  if ((await disk.stat(path)) !== undefined) return;
  const parent = dirname(path);
  if (parent !== path) await makeDurableDirectory(disk, parent);
  await disk.makeDirectory(path);
  await disk.syncDirectory(parent);
}

/** Who made them may have been killed before that. What may not be opened was not made for us. */
async function syncAncestors(disk: Disk, path: string): Promise<void> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    await disk.syncDirectory(directory).catch((error: unknown) => {
      const isForeign = error instanceof DiskError && (error.tag === 'denied' || error.tag === 'read-only');
      // Above the parent there may be file systems that sync no directories.
      if (!isForeign && directory === dirname(path)) throw error;
    });
    if (directory === dirname(directory)) return;
  }
}

async function refuseForeign({ disk, path, knownNames = [] }: ClaimOptions): Promise<void> {
  const names = await disk.list(path);
  const foreign = names.find((name) => !HARMLESS_NAMES.includes(name) && !knownNames.includes(name));
  if (foreign === undefined) return;
  throw new LogDirectoryError(
    'foreign',
    path,
    `${path} is not a data directory (it has no ${META_PROPERTIES}, but ${foreign}); name an empty or a new one`,
  );
}

async function mark(options: ClaimOptions, content: Buffer | undefined): Promise<Uuid> {
  const { disk, path, clusterId, nodeId } = options;
  const found = content === undefined ? undefined : decodeMetaProperties(content, path);
  if (found !== undefined && found.clusterId !== clusterId) {
    throw new LogDirectoryError(
      'other-cluster',
      path,
      `${path} belongs to cluster ${found.clusterId}, not ${clusterId}`,
    );
  }
  if (found !== undefined && found.nodeId !== nodeId) {
    throw new LogDirectoryError('other-node', path, `${path} belongs to node ${found.nodeId}, not ${nodeId}`);
  }
  const directoryId = found?.directoryId ?? options.random.uuid();
  if (found?.formatVersion !== FORMAT_VERSION || found.directoryId === undefined) {
    const meta = { clusterId, nodeId, directoryId, formatVersion: FORMAT_VERSION };
    await disk.replaceFile(`${path}/${META_PROPERTIES}`, encodeMetaProperties(meta));
  }
  return directoryId;
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof DiskError)) return error;
  if (error.tag === 'busy') {
    const message = `${path} is in use by another process; stop it or name another directory`;
    return new LogDirectoryError('locked', path, message, { cause: error });
  }
  if (error.tag === 'read-only' || error.tag === 'denied') {
    const message = `${path} cannot be written to; change its permissions or name another directory`;
    return new LogDirectoryError('read-only', path, message, { cause: error });
  }
  return error;
}
