import {
  createDirectoryNode,
  createFileNode,
  type DirectoryNode,
  type EntryStep,
  type FileNode,
  type PendingWrite,
  type TreeNode,
} from './disk-tree.ts';
import type { SimRandom } from './random.ts';

export interface CrashOptions {
  /**
   * A file may also have its new size without its new bytes (zeros instead), as file systems that log sizes before data
   * leave it.
   */
  readonly zeroTails: boolean;
}

/**
 * The tree as a crash might have left it: all that was synced; of each file's later writes any prefix, torn at any byte;
 * of each directory's later changes any of them.
 */
export function surviveCrash(root: DirectoryNode, random: SimRandom, options: CrashOptions): DirectoryNode {
  const survivors = new Map<TreeNode, TreeNode>();
  const steps = new Map<EntryStep, boolean>();

  const isKept = (step: EntryStep): boolean => {
    const known = steps.get(step);
    if (known !== undefined) return known;
    const kept = step.durable || random.chance(0.5);
    steps.set(step, kept);
    return kept;
  };

  const survive = (node: TreeNode): TreeNode => {
    const known = survivors.get(node);
    if (known !== undefined) return known;
    const survivor = node.kind === 'file' ? surviveFile(node, random, options) : surviveDirectory(node);
    survivors.set(node, survivor);
    return survivor;
  };

  const surviveDirectory = (node: DirectoryNode): DirectoryNode => {
    const kept = new Map(node.history?.durable ?? node.entries);
    for (const change of node.history?.pending ?? []) {
      if (!isKept(change.step)) continue;
      if (change.removes !== undefined) kept.delete(change.removes);
      if (change.adds !== undefined) kept.set(change.adds, change.node);
    }
    const entries = new Map<string, TreeNode>();
    for (const [name, child] of kept) {
      const survivor = survive(child);
      if (survivor.kind === 'file') {
        survivor.holders++;
        survivor.linkCount++;
      }
      entries.set(name, survivor);
    }
    return createDirectoryNode(true, node.modifiedMs, entries);
  };

  return surviveDirectory(root);
}

/** The process is gone and its handles with it; what it wrote waits for the next one's sync. */
export function surviveKill(directory: DirectoryNode): void {
  for (const change of directory.history?.pending ?? []) change.step.settled = true;
  for (const node of directory.entries.values()) {
    if (node.kind === 'directory') {
      surviveKill(node);
    } else {
      node.holders = node.linkCount;
      for (const write of node.history?.pending ?? []) write.settled = true;
    }
  }
}

function surviveFile(node: FileNode, random: SimRandom, options: CrashOptions): FileNode {
  const content = (node.history?.durable ?? node.content).clone();
  const pending = node.history?.pending ?? [];
  const keptCount = cutPoint(pending.length, random);
  for (const write of pending.slice(0, keptCount)) applyWrite(content, write);
  const torn = pending[keptCount];
  if (torn?.bytes !== undefined) {
    const kept = torn.bytes.subarray(0, cutPoint(torn.bytes.length, random));
    content.write(kept, torn.position);
    const end = torn.position + torn.bytes.length;
    if (options.zeroTails && random.chance(0.25) && end > content.sizeBytes) {
      content.truncate(content.sizeBytes + random.below(end - content.sizeBytes + 1));
    }
  }
  return createFileNode(true, node.modifiedMs, content);
}

/** How many of `count` are kept: often none or all, the ends where mistakes hide. */
function cutPoint(count: number, random: SimRandom): number {
  const draw = random.below(4);
  if (draw === 0) return 0;
  if (draw === 1) return count;
  return random.below(count + 1);
}

export function applyWrite(content: FileNode['content'], write: PendingWrite): void {
  if (write.bytes === undefined) content.truncate(write.position);
  else content.write(write.bytes, write.position);
}
