import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { createSharedRuns } from '@sluice/kernel/share-runs';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';

/** Offsets by partition name (`topic-0`), kept in one of Kafka's checkpoint files of a data directory. */
export interface OffsetCheckpoint {
  /** `undefined` if the file is damaged. */
  load(): Promise<Map<string, Offset> | undefined>;
  /** Durable when it settles. Calls that come during a write share the next one, which reads `current` when it starts. */
  save(): Promise<void>;
}

export function createOffsetCheckpoint(
  disk: Disk,
  path: string,
  current: () => Iterable<{ readonly topic: string; readonly partition: number; readonly offset: Offset }>,
): OffsetCheckpoint {
  async function write(): Promise<void> {
    const lines: string[] = [];
    for (const { topic, partition, offset } of current()) lines.push(`${topic} ${partition} ${offset}`);
    await disk.replaceFile(path, encodeCheckpoint(lines));
  }

  return {
    async load() {
      const content = await disk.readFile(path);
      return content === undefined ? new Map() : decodeOffsets(content);
    },
    save: createSharedRuns(write),
  };
}

/** `undefined` if the file is damaged. */
export function decodeOffsets(content: Buffer): Map<string, Offset> | undefined {
  // A file of ours is never empty. Kafka's may be, and what it would then say is found out otherwise.
  if (content.length === 0) return undefined;
  const checkpoint = decodeCheckpoint(content);
  if (typeof checkpoint === 'string') return undefined;
  const offsets = new Map<string, Offset>();
  for (const line of checkpoint.entries) {
    // −1 stands for a log start that was lost.
    const match = /^(\S+)\s+(\d+)\s+(\d+|-1)\s*$/.exec(line);
    if (match === null) return undefined;
    offsets.set(`${match[1]}-${match[2]}`, Number(match[3]));
  }
  return offsets;
}
