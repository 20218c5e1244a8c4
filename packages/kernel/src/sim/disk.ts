import type { Clock } from '../clock.ts';
import { type Disk, DiskError, type DiskFile } from '../disk.ts';
import { replaceFile } from '../replace-file.ts';
import { createSerializer } from '../serialize.ts';
import { surviveCrash } from './crash.ts';
import { openSimFile } from './disk-file.ts';
import { createDiskOperations } from './disk-operations.ts';
import { createDiskSpace } from './disk-space.ts';
import {
  createDirectoryNode,
  createFileNode,
  type DirectoryNode,
  type EntryStep,
  type FileNode,
  locateEntry,
  lookup,
  requireDirectory,
  splitPath,
  type TreeNode,
} from './disk-tree.ts';
import type { FaultRule } from './faults.ts';
import { createSimRandom } from './random.ts';

export interface SimDiskOptions {
  /** Default true. False: no memory or time is spent on what a crash might do; it serves as a fast disk in memory. */
  readonly crashModel?: boolean;
  /** After a crash a file may also end in zeros where its new bytes should be. Default false. */
  readonly zeroTails?: boolean;
  readonly capacityBytes?: number;
  /** For modification times and for faults that delay. */
  readonly clock?: Clock;
}

/** A disk in memory that can do to its user what a real one may. */
export interface SimDisk extends Disk {
  /** Operations so far that change the disk: a crash can be put at each. */
  readonly changeCount: number;
  readonly crashed: boolean;
  /** Lets a rule decide about every operation from now on; returns the way to take it back. */
  inject(rule: FaultRule): () => void;
  /** Cuts the power during the change with this number (from 1). */
  crashAt(change: number): void;
  /** Cuts the power now: what is under way and all that follows fails. */
  crash(): void;
  /** The disk as the crash might have left it, by this seed. Crashes first where that is still to come. */
  reboot(seed: number): SimDisk;
  /** Changes a byte behind everybody's back. */
  flipByte(path: string, position: number, mask?: number): void;
  setCapacity(bytes: number): void;
  /** The paths of all files, sorted. */
  files(): string[];
}

/** A disk in memory for embedded use: nothing is kept for crashes. */
export function createMemoryDisk(clock?: Clock): Disk {
  return createSimDisk(clock === undefined ? { crashModel: false } : { crashModel: false, clock });
}

export function createSimDisk(options: SimDiskOptions = {}): SimDisk {
  return simDiskOf(createDirectoryNode(options.crashModel ?? true, options.clock?.now() ?? 0), options);
}

function simDiskOf(root: DirectoryNode, options: SimDiskOptions): SimDisk {
  const modelsCrashes = options.crashModel ?? true;
  const operations = createDiskOperations(modelsCrashes, options.clock);
  const space = createDiskSpace(options.capacityBytes);
  const now = () => options.clock?.now() ?? 0;
  const replacing = createSerializer();
  const locked = new Set<string>();
  for (const [, node] of walkFiles(root)) space.resized(node.content.sizeBytes);

  /** One change of a directory's entries, in what the running system sees and in what a crash may keep. */
  const changeEntries = (
    parent: DirectoryNode,
    change: { removes?: string; adds?: string; node: TreeNode; step: EntryStep },
  ) => {
    const { removes, adds, node, step } = change;
    if (adds !== undefined) {
      const replaced = parent.entries.get(adds);
      if (node.kind === 'file') space.hold(node);
      parent.entries.set(adds, node);
      if (replaced?.kind === 'file') space.release(replaced);
    }
    if (removes !== undefined) {
      parent.entries.delete(removes);
      if (node.kind === 'file') space.release(node);
    }
    parent.modifiedMs = now();
    parent.history?.pending.push({ removes, adds, node, step });
  };

  const newStep = (): EntryStep => ({ settled: false, durable: false });
  const settle = (step: EntryStep | undefined) => {
    if (step !== undefined) step.settled = true;
  };

  const addEntry = (parent: DirectoryNode, name: string, node: TreeNode): EntryStep => {
    const step = newStep();
    changeEntries(parent, { adds: name, node, step });
    return step;
  };

  const open = async (path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> => {
    const isMissing = mode !== 'read' && lookup(root, splitPath(path)) === undefined;
    const opened = await operations.run({
      kind: isMissing ? 'create' : 'open',
      path,
      apply() {
        const { parent, name } = locateEntry(root, path);
        const existing = parent.entries.get(name);
        if (existing === undefined && mode === 'read') throw notFound(path);
        if (existing !== undefined && mode === 'create') throw new DiskError('exists', path, `${path} exists`);
        if (existing?.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
        const node = existing ?? createFileNode(modelsCrashes, now());
        const step = existing === undefined ? addEntry(parent, name, node) : undefined;
        return { file: openSimFile(node, path, mode !== 'read', { operations, space, now }), step };
      },
      settle: ({ step }) => settle(step),
    });
    return opened.file;
  };

  const unlinkNode = async (path: string): Promise<void> => {
    await operations.run({
      kind: 'unlink',
      path,
      apply() {
        const { parent, name } = locateEntry(root, path);
        const node = parent.entries.get(name);
        if (node === undefined) return undefined;
        const step = newStep();
        changeEntries(parent, { removes: name, node, step });
        return step;
      },
      settle,
    });
  };

  const removeTree = async (path: string): Promise<void> => {
    const node = lookup(root, splitPath(path));
    if (node === undefined) return;
    if (node.kind === 'directory') {
      for (const name of [...node.entries.keys()].sort()) await removeTree(`${path}/${name}`);
    }
    await unlinkNode(path);
  };

  const disk: SimDisk = {
    get changeCount() {
      return operations.changeCount;
    },
    get crashed() {
      return operations.crashed;
    },
    inject: operations.inject,
    crashAt(change) {
      operations.inject((operation) => (operation.changeCount === change ? { kind: 'crash' } : undefined));
    },
    crash: operations.crash,
    reboot(seed) {
      operations.crash();
      const survivor = surviveCrash(root, createSimRandom(seed), { zeroTails: options.zeroTails ?? false });
      return simDiskOf(survivor, { ...options, capacityBytes: space.totalBytes });
    },
    flipByte(path, position, mask = 0xff) {
      const node = lookup(root, splitPath(path));
      if (node?.kind !== 'file' || position >= node.content.sizeBytes) throw notFound(path);
      const byte = Buffer.alloc(1);
      for (const content of [node.content, node.history?.durable]) {
        if (content?.read(byte, position) !== 1) continue;
        content.write(Buffer.of(byte.readUInt8(0) ^ mask), position);
      }
    },
    setCapacity: space.setCapacity,
    files: () => [...walkFiles(root)].map(([path]) => path).sort(),

    open,
    readFile: (path) =>
      operations.run({
        kind: 'read',
        path,
        apply() {
          const node = lookup(root, splitPath(path));
          if (node?.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
          return node && contentOf(node);
        },
      }),
    replaceFile: (path, content) => replacing(path, () => replaceFile(disk, path, content)),
    list: (path) =>
      operations.run({
        kind: 'list',
        path,
        apply: () => [...requireDirectory(root, splitPath(path), path).entries.keys()].sort(),
      }),
    stat: (path) =>
      operations.run({
        kind: 'stat',
        path,
        apply() {
          const node = lookup(root, splitPath(path));
          if (node === undefined) return undefined;
          const sizeBytes = node.kind === 'file' ? node.content.sizeBytes : 0;
          return { sizeBytes, isDirectory: node.kind === 'directory', modifiedMs: node.modifiedMs };
        },
      }),
    async makeDirectory(path) {
      const parts = splitPath(path);
      for (let depth = 1; depth <= parts.length; depth++) {
        const existing = lookup(root, parts.slice(0, depth));
        if (existing?.kind === 'directory') continue;
        if (existing !== undefined) {
          throw new DiskError(depth === parts.length ? 'exists' : 'not-found', path, `a file is in the way of ${path}`);
        }
        await operations.run({
          kind: 'make-directory',
          path: `/${parts.slice(0, depth).join('/')}`,
          apply() {
            const { parent, name } = locateEntry(root, parts.slice(0, depth).join('/'));
            if (parent.entries.has(name)) return undefined;
            return addEntry(parent, name, createDirectoryNode(modelsCrashes, now()));
          },
          settle,
        });
      }
    },
    async rename(from, to) {
      await operations.run({
        kind: 'rename',
        path: from,
        apply() {
          const source = locateEntry(root, from);
          const target = locateEntry(root, to);
          const node = source.parent.entries.get(source.name);
          if (node === undefined) throw notFound(from);
          const replaced = target.parent.entries.get(target.name);
          if (replaced === node) return undefined;
          if (replaced !== undefined) ensureReplaceable(node, replaced, to);
          const step = newStep();
          if (source.parent === target.parent) {
            changeEntries(source.parent, { removes: source.name, adds: target.name, node, step });
          } else {
            changeEntries(target.parent, { adds: target.name, node, step });
            changeEntries(source.parent, { removes: source.name, node, step });
          }
          return step;
        },
        settle,
      });
    },
    async unlink(path) {
      const parts = splitPath(path);
      const node = lookup(root, parts);
      if (node?.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
      await unlinkNode(path).catch(ignoreMissing);
    },
    removeTree,
    async syncDirectory(path) {
      await operations.run({
        kind: 'sync-directory',
        path,
        apply() {
          const node = requireDirectory(root, splitPath(path), path);
          return { node, covered: node.history?.pending.filter((change) => change.step.settled) ?? [] };
        },
        settle({ node, covered }) {
          if (node.history === undefined) return;
          for (const { removes, adds, node: child, step } of covered) {
            if (removes !== undefined) node.history.durable.delete(removes);
            if (adds !== undefined) node.history.durable.set(adds, child);
            step.durable = true;
          }
          node.history.pending = node.history.pending.filter((change) => !covered.includes(change));
        },
      });
    },
    async lock(path) {
      const key = splitPath(path).join('/');
      if (locked.has(key)) throw new DiskError('busy', path, `${path} is locked`);
      const file = await open(path, 'write');
      await file.close();
      if (locked.has(key)) throw new DiskError('busy', path, `${path} is locked`);
      locked.add(key);
      return {
        async release() {
          locked.delete(key);
        },
      };
    },
    async space() {
      return { totalBytes: space.totalBytes, freeBytes: space.freeBytes };
    },
  };
  return disk;
}

function contentOf(node: FileNode): Buffer {
  const bytes = Buffer.alloc(node.content.sizeBytes);
  node.content.read(bytes, 0);
  return bytes;
}

function* walkFiles(directory: DirectoryNode, prefix = ''): Generator<[string, FileNode]> {
  for (const [name, node] of directory.entries) {
    if (node.kind === 'file') yield [`${prefix}/${name}`, node];
    else yield* walkFiles(node, `${prefix}/${name}`);
  }
}

function ensureReplaceable(node: TreeNode, replaced: TreeNode, path: string): void {
  if (replaced.kind !== node.kind) throw new DiskError('io', path, `${path} is of another kind`);
  if (replaced.kind === 'directory' && replaced.entries.size > 0) {
    throw new DiskError('not-empty', path, `${path} is not empty`);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DiskError && error.tag === 'not-found')) throw error;
}

function notFound(path: string): DiskError {
  return new DiskError('not-found', path, `no such file: ${path}`);
}
