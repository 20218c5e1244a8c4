import { DiskError, type DiskFile } from '../disk.ts';
import { applyWrite } from './crash.ts';
import type { DiskOperations } from './disk-operations.ts';
import type { DiskSpace } from './disk-space.ts';
import type { FileNode, PendingWrite } from './disk-tree.ts';

interface FileContext {
  readonly operations: DiskOperations;
  readonly space: DiskSpace;
  readonly now: () => number;
}

export function openSimFile(node: FileNode, path: string, writable: boolean, context: FileContext): DiskFile {
  const { operations, space } = context;
  let closed = false;
  space.hold(node);

  const ensureOpen = () => {
    if (closed) throw new DiskError('io', path, `${path} is closed`);
  };
  const ensureWritable = () => {
    ensureOpen();
    if (!writable) throw new DiskError('io', path, `${path} is open for reading only`);
  };

  /** Remembers a change for a crash to undo; it copies, for the caller's buffers are its own once this settles. */
  const remember = (position: number, bytes: Buffer | undefined): PendingWrite | undefined => {
    if (node.history === undefined) return undefined;
    const write = { position, bytes, settled: false, doomed: false };
    node.history.pending.push(write);
    return write;
  };

  const resize = (change: () => void) => {
    const before = node.content.sizeBytes;
    change();
    space.resized(node.content.sizeBytes - before);
    node.modifiedMs = context.now();
  };

  const write = (buffers: readonly Uint8Array[], position: number): PendingWrite | undefined => {
    ensureWritable();
    const sizeBytes = totalLength(buffers);
    const room = Math.max(0, Math.max(node.content.sizeBytes, position) + space.freeBytes - position);
    const fitting = sizeBytes <= room ? buffers : [Buffer.concat(buffers, sizeBytes).subarray(0, room)];
    const pending = remember(position, node.history && Buffer.concat(fitting));
    resize(() => {
      let at = position;
      for (const buffer of fitting) {
        node.content.write(buffer, at);
        at += buffer.length;
      }
    });
    if (fitting !== buffers) {
      if (pending !== undefined) pending.settled = true;
      throw new DiskError('no-space', path, `no space left for ${path}`);
    }
    return pending;
  };

  const truncate = (sizeBytes: number): PendingWrite | undefined => {
    ensureWritable();
    resize(() => node.content.truncate(sizeBytes));
    return remember(sizeBytes, undefined);
  };

  const settle = (pending: PendingWrite | undefined) => {
    if (pending !== undefined) pending.settled = true;
  };

  return {
    path,
    read: (target, position) =>
      operations.run({
        kind: 'read',
        path,
        sizeBytes: target.length,
        apply() {
          ensureOpen();
          return node.content.read(target, position);
        },
      }),
    async writev(buffers, position) {
      const sizeBytes = totalLength(buffers);
      await operations.run({ kind: 'write', path, sizeBytes, apply: () => write(buffers, position), settle });
    },
    async truncate(sizeBytes) {
      await operations.run({ kind: 'truncate', path, apply: () => truncate(sizeBytes), settle });
    },
    async sync() {
      await operations.run({
        kind: 'sync',
        path,
        apply() {
          ensureOpen();
          return coveredBySync(node);
        },
        settle: (covered) => makeDurable(node, covered),
        refuse() {
          for (const pending of coveredBySync(node)) pending.doomed = true;
        },
      });
    },
    size: () =>
      operations.run({
        kind: 'stat',
        path,
        apply() {
          ensureOpen();
          return node.content.sizeBytes;
        },
      }),
    async close() {
      if (closed) return;
      closed = true;
      space.release(node);
    },
  };
}

/** What was finished when the sync began; the rest may or may not make it. */
function coveredBySync(node: FileNode): PendingWrite[] {
  return node.history?.pending.filter((write) => write.settled && !write.doomed) ?? [];
}

function makeDurable(node: FileNode, covered: readonly PendingWrite[]): void {
  const { history } = node;
  if (history === undefined || covered.length === 0) return;
  for (const write of covered) applyWrite(history.durable, write);
  const done = new Set(covered);
  history.pending = history.pending.filter((write) => !done.has(write));
}

function totalLength(buffers: readonly Uint8Array[]): number {
  let sizeBytes = 0;
  for (const buffer of buffers) sizeBytes += buffer.length;
  return sizeBytes;
}
