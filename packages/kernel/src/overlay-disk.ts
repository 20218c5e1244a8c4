import { type Disk, DiskError, type DiskFile, type OpenMode } from './disk.ts';
import { replacingFiles } from './replace-file.ts';

/** What would have changed. */
export interface OverlayChange {
  readonly path: string;
  /** `undefined`: it was not there. */
  readonly sizeBytesBefore: number | undefined;
  /** `undefined`: it would be gone. */
  readonly sizeBytesAfter: number | undefined;
}

/** A disk on which a program runs as on another one, without a trace there. */
export interface OverlayDisk extends Disk {
  /** Files that the program would have made, changed or removed, sorted by path. */
  changes(): Promise<OverlayChange[]>;
}

/** The first `keptBytes` of a file underneath, and what was written behind them. */
interface Content {
  readonly basePath: string | undefined;
  keptBytes: number;
  tail: Buffer;
  isChanged: boolean;
}

/** Reads `base`, and keeps every change in memory. Made for programs that change little beside removing and cutting files. */
export function createOverlayDisk(base: Disk): OverlayDisk {
  /** By path; null: removed. */
  const files = new Map<string, Content | null>();
  const directories = new Set<string>();

  async function contentAt(path: string): Promise<Content | undefined> {
    const known = files.get(path);
    if (known !== undefined) return known ?? undefined;
    const stat = await base.stat(path);
    if (stat === undefined) return undefined;
    if (stat.isDirectory) throw new DiskError('io', path, `${path} is a directory`);
    const content = { basePath: path, keptBytes: stat.sizeBytes, tail: Buffer.alloc(0), isChanged: false };
    // Somebody else may have come first.
    const raced = files.get(path);
    if (raced !== undefined) return raced ?? undefined;
    files.set(path, content);
    return content;
  }

  async function open(path: string, mode: OpenMode): Promise<DiskFile> {
    let content = await contentAt(path);
    if (content !== undefined && mode === 'create') throw new DiskError('exists', path, `${path} exists`);
    if (content === undefined) {
      if (mode === 'read' || mode === 'update') throw notFound(path);
      content = { basePath: undefined, keptBytes: 0, tail: Buffer.alloc(0), isChanged: true };
      files.set(path, content);
    }
    return overlayFile(base, path, content);
  }

  async function unlink(path: string): Promise<void> {
    files.set(path, null);
  }

  async function list(path: string): Promise<string[]> {
    const names = new Set<string>();
    try {
      for (const name of await base.list(path)) names.add(name);
    } catch (error) {
      const isMissing = error instanceof DiskError && error.tag === 'not-found';
      if (!isMissing || !directories.has(path)) throw error;
    }
    const prefix = `${path}/`;
    for (const each of directories) {
      if (each.startsWith(prefix) && !each.slice(prefix.length).includes('/')) names.add(each.slice(prefix.length));
    }
    for (const [each, content] of files) {
      if (!each.startsWith(prefix) || each.slice(prefix.length).includes('/')) continue;
      if (content === null) names.delete(each.slice(prefix.length));
      else names.add(each.slice(prefix.length));
    }
    return [...names].sort();
  }

  async function removeTree(path: string): Promise<void> {
    const stat = await overlay.stat(path);
    if (stat?.isDirectory) for (const name of await list(path)) await removeTree(`${path}/${name}`);
    directories.delete(path);
    files.set(path, null);
  }

  async function rename(from: string, to: string): Promise<void> {
    const content = await contentAt(from);
    if (content === undefined) throw notFound(from);
    // Two names of one file: nothing happens.
    if (to === from || files.get(to) === content) return;
    content.isChanged = true;
    files.set(to, content);
    files.set(from, null);
  }

  const overlay: OverlayDisk = {
    open,
    async readFile(path) {
      const content = await contentAt(path);
      if (content === undefined) return undefined;
      if (!content.isChanged) return base.readFile(path);
      const file = overlayFile(base, path, content);
      const bytes = Buffer.alloc(await file.size());
      await file.read(bytes, 0);
      await file.close();
      return bytes;
    },
    ...replacingFiles(() => overlay),
    list,
    async stat(path) {
      const known = files.get(path);
      if (known === null) return undefined;
      if (directories.has(path)) return { sizeBytes: 0, isDirectory: true, modifiedMs: 0, linkCount: 1 };
      if (known === undefined || !known.isChanged) {
        const stat = await base.stat(path);
        // Who changes it here changes it under no other name, so nobody need copy it first.
        return stat && { ...stat, linkCount: 1 };
      }
      return { sizeBytes: known.keptBytes + known.tail.length, isDirectory: false, modifiedMs: 0, linkCount: 1 };
    },
    async makeDirectory(path) {
      if ((await overlay.stat(path)) === undefined) directories.add(path);
    },
    rename,
    unlink,
    removeTree,
    async setModified() {},
    async link(from, to) {
      const content = await contentAt(from);
      if (content === undefined) throw notFound(from);
      if ((await overlay.stat(to)) !== undefined) throw new DiskError('exists', to, `${to} exists`);
      files.set(to, content);
      content.isChanged = true;
    },
    async syncDirectory() {},
    lock: async () => ({ async release() {} }),
    lockShared: async () => ({ async release() {} }),
    space: base.space,
    async changes() {
      const found: OverlayChange[] = [];
      for (const [path, content] of files) {
        if (content !== null && !content.isChanged) continue;
        const stat = await base.stat(path);
        const sizeBytesBefore = stat?.isDirectory === false ? stat.sizeBytes : undefined;
        const sizeBytesAfter = content === null ? undefined : content.keptBytes + content.tail.length;
        if (sizeBytesBefore === undefined && sizeBytesAfter === undefined) continue;
        found.push({ path, sizeBytesBefore, sizeBytesAfter });
      }
      return found.sort((left, right) => (left.path < right.path ? -1 : 1));
    },
  };
  return overlay;
}

function overlayFile(base: Disk, path: string, content: Content): DiskFile {
  let opened: Promise<DiskFile> | undefined;

  async function readBase(target: Uint8Array, position: number): Promise<void> {
    if (content.basePath === undefined || target.length === 0) return;
    opened ??= base.open(content.basePath, 'read');
    await (await opened).read(target, position);
  }

  const size = () => content.keptBytes + content.tail.length;

  /** Takes what lies behind `position` from the file underneath into memory. */
  async function detach(position: number): Promise<void> {
    if (position >= content.keptBytes) return;
    const bytes = Buffer.alloc(content.keptBytes - position);
    await readBase(bytes, position);
    content.tail = Buffer.concat([bytes, content.tail]);
    content.keptBytes = position;
  }

  function resize(sizeBytes: number): void {
    content.isChanged = true;
    if (sizeBytes <= content.keptBytes) {
      content.keptBytes = sizeBytes;
      content.tail = Buffer.alloc(0);
    } else {
      const tail = Buffer.alloc(sizeBytes - content.keptBytes);
      content.tail.copy(tail);
      content.tail = tail;
    }
  }

  return {
    path,
    async read(target, position) {
      const length = Math.max(0, Math.min(target.length, size() - position));
      const fromBase = Math.max(0, Math.min(length, content.keptBytes - position));
      const { tail, keptBytes } = content;
      await readBase(target.subarray(0, fromBase), position);
      if (length > fromBase) {
        const from = position + fromBase - keptBytes;
        target.set(tail.subarray(from, from + length - fromBase), fromBase);
      }
      return length;
    },
    async writev(buffers, position) {
      await detach(position);
      const bytes = Buffer.concat(buffers);
      if (position + bytes.length > size() || position > size()) resize(Math.max(size(), position + bytes.length));
      bytes.copy(content.tail, position - content.keptBytes);
      content.isChanged = true;
    },
    async sync() {},
    async truncate(sizeBytes) {
      if (sizeBytes !== size()) resize(sizeBytes);
    },
    async size() {
      return size();
    },
    async close() {
      await (await opened)?.close();
      opened = undefined;
    },
  };
}

function notFound(path: string): DiskError {
  return new DiskError('not-found', path, `no such file: ${path}`);
}
