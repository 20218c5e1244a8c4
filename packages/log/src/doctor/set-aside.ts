import type { Disk, DiskFile } from '@sluice/kernel/disk';
import { SET_ASIDE } from './directory-names.ts';

const COPY_SIZE_BYTES = 1024 * 1024;
/** Names tried until one is free: a partition is not repaired more often. */
const NAMES_MAX = 1000;

/** Where a repair keeps what it takes away, each with a note that says why. Nothing is ever overwritten. */
export interface SetAside {
  /** A file or a directory, which is moved. */
  move(from: string, note: string): Promise<string>;
  /** A copy of some of a file's bytes. Those that are there already, from a repair that was cut short, stay. */
  copyBytes(from: string, position: number, end: number, note: string): Promise<string>;
  /** A copy of a whole file, if there is one. */
  copyFile(from: string, note: string): Promise<string | undefined>;
}

/** `path`: the data directory. */
export function createSetAside(disk: Disk, path: string): SetAside {
  const root = `${path}/${SET_ASIDE}`;

  async function prepare(from: string): Promise<{ directory: string; name: string }> {
    const parts = from.slice(path.length + 1).split('/');
    const name = parts.pop() ?? 'file';
    const directory = [root, ...parts].join('/');
    await disk.makeDirectory(directory);
    await disk.syncDirectory(path);
    await disk.syncDirectory(root);
    return { directory, name };
  }

  /** The first name that is free, or taken by the same bytes. */
  async function freeName(
    directory: string,
    name: string,
    isSame: (path: string) => Promise<boolean>,
  ): Promise<string> {
    for (let number = 1; number <= NAMES_MAX; number++) {
      const candidate = `${directory}/${name}${number === 1 ? '' : `.${number}`}`;
      if ((await disk.stat(candidate)) === undefined || (await isSame(candidate))) return candidate;
    }
    throw new Error(`${directory} holds ${NAMES_MAX} of ${name} already`);
  }

  async function copy(from: string, position: number, end: number, suffix: string, note: string): Promise<string> {
    const { directory, name } = await prepare(from);
    const source = await disk.open(from, 'read');
    try {
      const target = await freeName(directory, `${name}${suffix}`, (taken) =>
        hasBytes(disk, taken, source, position, end),
      );
      const temporary = `${target}.tmp`;
      await disk.replaceFile(`${target}.note`, note);
      if ((await disk.stat(target)) === undefined) {
        await disk.unlink(temporary);
        const file = await disk.open(temporary, 'create');
        try {
          await copyRange(source, file, position, end);
          await file.sync();
        } finally {
          await file.close();
        }
        await disk.rename(temporary, target);
      }
      await disk.syncDirectory(directory);
      return target;
    } finally {
      await source.close();
    }
  }

  return {
    async move(from, note) {
      const { directory, name } = await prepare(from);
      const target = await freeName(directory, name, async () => false);
      await disk.replaceFile(`${target}.note`, note);
      await disk.rename(from, target);
      await disk.syncDirectory(directory);
      await disk.syncDirectory(from.slice(0, from.lastIndexOf('/')));
      return target;
    },
    copyBytes: (from, position, end, note) => copy(from, position, end, `.bytes-${position}-${end}`, note),
    async copyFile(from, note) {
      const stat = await disk.stat(from);
      return stat === undefined ? undefined : copy(from, 0, stat.sizeBytes, '', note);
    },
  };
}

async function hasBytes(disk: Disk, path: string, source: DiskFile, position: number, end: number): Promise<boolean> {
  const stat = await disk.stat(path);
  if (stat === undefined || stat.isDirectory || stat.sizeBytes !== end - position) return false;
  const file = await disk.open(path, 'read');
  try {
    const [ours, theirs] = [Buffer.alloc(COPY_SIZE_BYTES), Buffer.alloc(COPY_SIZE_BYTES)];
    for (let at = position; at < end; ) {
      const length = Math.min(COPY_SIZE_BYTES, end - at);
      await source.read(ours.subarray(0, length), at);
      await file.read(theirs.subarray(0, length), at - position);
      if (!ours.subarray(0, length).equals(theirs.subarray(0, length))) return false;
      at += length;
    }
    return true;
  } finally {
    await file.close();
  }
}

/** Copies `[position, end)` of one file to `targetAt` of another. */
export async function copyRange(
  source: DiskFile,
  target: DiskFile,
  position: number,
  end: number,
  targetAt = 0,
): Promise<void> {
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(COPY_SIZE_BYTES, end - position)));
  for (let at = position; at < end; ) {
    const filled = await source.read(chunk.subarray(0, Math.min(chunk.length, end - at)), at);
    if (filled === 0) throw new Error(`${source.path} ends at ${at}`);
    await target.writev([chunk.subarray(0, filled)], targetAt + at - position);
    at += filled;
  }
}
