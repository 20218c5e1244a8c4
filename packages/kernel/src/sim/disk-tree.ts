import { DiskError } from '../disk.ts';
import { type Content, createContent } from './content.ts';

/** Names and content as a running system sees them; `history` is what a crash needs, and absent where none is modelled. */
export interface FileNode {
  readonly kind: 'file';
  readonly content: Content;
  readonly history: FileHistory | undefined;
  modifiedMs: number;
  /** Directory entries and open handles that hold its space. */
  holders: number;
  /** Directory entries alone. */
  linkCount: number;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly entries: Map<string, TreeNode>;
  readonly history: DirectoryHistory | undefined;
  modifiedMs: number;
}

export type TreeNode = FileNode | DirectoryNode;

/** The synced content, and what was done to the file since, in order. */
export interface FileHistory {
  readonly durable: Content;
  pending: PendingWrite[];
}

export interface PendingWrite {
  readonly position: number;
  /** `undefined`: a truncation to `position`. */
  readonly bytes: Buffer | undefined;
  /** The caller knows that it is done: a sync that begins from here on covers it. */
  settled: boolean;
  /** A sync of it failed. As on Linux, no later sync will save it. */
  doomed: boolean;
}

/** The synced entries, and the changes since. */
export interface DirectoryHistory {
  readonly durable: Map<string, TreeNode>;
  pending: EntryChange[];
}

export interface EntryChange {
  readonly removes: string | undefined;
  readonly adds: string | undefined;
  readonly node: TreeNode;
  readonly step: EntryStep;
}

/** A rename between directories is one step in both, as file systems with a journal keep it. */
export interface EntryStep {
  settled: boolean;
  durable: boolean;
}

export function createFileNode(crashModel: boolean, nowMs: number, content = createContent()): FileNode {
  const history = crashModel ? { durable: content.clone(), pending: [] } : undefined;
  return { kind: 'file', content, history, modifiedMs: nowMs, holders: 0, linkCount: 0 };
}

export function createDirectoryNode(
  crashModel: boolean,
  nowMs: number,
  entries = new Map<string, TreeNode>(),
): DirectoryNode {
  const history = crashModel ? { durable: new Map(entries), pending: [] } : undefined;
  return { kind: 'directory', entries, history, modifiedMs: nowMs };
}

/** The parts of a path from the root. Relative paths start at the root too. */
export function splitPath(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

export function lookup(root: DirectoryNode, parts: readonly string[]): TreeNode | undefined {
  let node: TreeNode = root;
  for (const part of parts) {
    if (node.kind !== 'directory') return undefined;
    const next = node.entries.get(part);
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

export function requireDirectory(root: DirectoryNode, parts: readonly string[], path: string): DirectoryNode {
  const node = lookup(root, parts);
  if (node?.kind !== 'directory') throw new DiskError('not-found', path, `no such directory: ${path}`);
  return node;
}

/** The directory that a path's last name is in, and that name. */
export function locateEntry(root: DirectoryNode, path: string): { parent: DirectoryNode; name: string } {
  const parts = splitPath(path);
  const name = parts.pop();
  if (name === undefined) throw new DiskError('denied', path, 'the root stays as it is');
  return { parent: requireDirectory(root, parts, path), name };
}
