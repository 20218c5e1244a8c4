import type { Clock } from '../clock.ts';
import { type Disk, DiskError } from '../disk.ts';
import { replacingFiles } from '../replace-file.ts';
import { surviveCrash, surviveKill } from './crash.ts';
import { createSimEntries } from './disk-entries.ts';
import { createDiskLocks } from './disk-locks.ts';
import { createDiskOperations } from './disk-operations.ts';
import { createDiskSpace } from './disk-space.ts';
import {
  createDirectoryNode,
  type DirectoryNode,
  type FileNode,
  lookup,
  requireDirectory,
  splitPath,
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
  /** The disk as a killed process leaves it: the power stays, so all that was done is there, synced or not. */
  afterKill(): SimDisk;
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
  const locks = createDiskLocks((path) => splitPath(path).join('/'));
  for (const [, node] of walkFiles(root)) space.resized(node.content.sizeBytes);

  const entries = createSimEntries(root, { operations, space, modelsCrashes, now });

  const disk: SimDisk = {
    ...entries,
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
    afterKill() {
      operations.crash();
      surviveKill(root);
      return simDiskOf(root, { ...options, capacityBytes: space.totalBytes });
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
    ...replacingFiles(() => disk),
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
          const { modifiedMs } = node;
          if (node.kind === 'directory') return { sizeBytes: 0, isDirectory: true, modifiedMs, linkCount: 1 };
          return { sizeBytes: node.content.sizeBytes, isDirectory: false, modifiedMs, linkCount: node.linkCount };
        },
      }),
    setModified: (path, modifiedMs) =>
      operations.run({
        kind: 'set-modified',
        path,
        apply() {
          const node = lookup(root, splitPath(path));
          if (node === undefined) throw notFound(path);
          node.modifiedMs = modifiedMs;
        },
      }),
    async lock(path) {
      locks.check(path, false);
      const file = await entries.open(path, 'write');
      await file.close();
      return locks.take(path, false);
    },
    async lockShared(path) {
      const file = await entries.open(path, 'read');
      await file.close();
      return locks.take(path, true);
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

function notFound(path: string): DiskError {
  return new DiskError('not-found', path, `no such file: ${path}`);
}
