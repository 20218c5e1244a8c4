import { type Disk, DiskError, type DiskFile, type OpenMode } from '../disk.ts';
import { openSimFile } from './disk-file.ts';
import type { DiskOperations } from './disk-operations.ts';
import type { DiskSpace } from './disk-space.ts';
import {
  createDirectoryNode,
  createFileNode,
  type DirectoryNode,
  type EntryStep,
  locateEntry,
  lookup,
  requireDirectory,
  splitPath,
  type TreeNode,
} from './disk-tree.ts';

interface EntriesContext {
  readonly operations: DiskOperations;
  readonly space: DiskSpace;
  readonly modelsCrashes: boolean;
  readonly now: () => number;
}

type Entries = Pick<Disk, 'open' | 'makeDirectory' | 'rename' | 'link' | 'unlink' | 'removeTree' | 'syncDirectory'>;

/** The half of the simulated disk that makes, moves and removes names. */
export function createSimEntries(root: DirectoryNode, context: EntriesContext): Entries {
  const { operations, space, modelsCrashes, now } = context;

  /** One change of a directory's entries, in what the running system sees and in what a crash may keep. */
  const changeEntries = (
    parent: DirectoryNode,
    change: { removes?: string; adds?: string; node: TreeNode; step: EntryStep },
  ) => {
    const { removes, adds, node, step } = change;
    if (adds !== undefined) {
      const replaced = parent.entries.get(adds);
      if (node.kind === 'file') {
        space.hold(node);
        node.linkCount++;
      }
      parent.entries.set(adds, node);
      if (replaced?.kind === 'file') {
        space.release(replaced);
        replaced.linkCount--;
      }
    }
    if (removes !== undefined) {
      parent.entries.delete(removes);
      if (node.kind === 'file') {
        space.release(node);
        node.linkCount--;
      }
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

  const open = async (path: string, mode: OpenMode): Promise<DiskFile> => {
    const mustExist = mode === 'read' || mode === 'update';
    const isMissing = !mustExist && lookup(root, splitPath(path)) === undefined;
    const opened = await operations.run({
      kind: isMissing ? 'create' : 'open',
      path,
      apply() {
        const { parent, name } = locateEntry(root, path);
        const existing = parent.entries.get(name);
        if (existing === undefined && mustExist) throw notFound(path);
        if (existing !== undefined && mode === 'create') throw new DiskError('exists', path, `${path} exists`);
        if (existing?.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
        const node = existing ?? createFileNode(modelsCrashes, now());
        const step = existing === undefined ? addEntry(parent, name, node) : undefined;
        return { file: openSimFile(node, path, mode !== 'read', context), step };
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

  return {
    open,
    removeTree,
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
    async link(from, to) {
      await operations.run({
        kind: 'link',
        path: to,
        apply() {
          const source = locateEntry(root, from);
          const target = locateEntry(root, to);
          const node = source.parent.entries.get(source.name);
          if (node === undefined) throw notFound(from);
          if (node.kind === 'directory') throw new DiskError('denied', from, `${from} is a directory`);
          if (target.parent.entries.has(target.name)) throw new DiskError('exists', to, `${to} exists`);
          return addEntry(target.parent, target.name, node);
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
  };
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
