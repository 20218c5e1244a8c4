import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batchSizeBytes, lastOffset, setBaseOffset } from '@sluice/protocol/records/batch-header';
import { lastSegments, readSegment } from './data-directory.ts';

/**
 * A broken promise of the disk, or a broker that breaks its own: what it does to the data directory between a kill and
 * the next start. The checker must notice each in its row, else that row proves nothing.
 */
export interface Canary {
  readonly name: string;
  /** Must turn red. */
  readonly row: string;
  readonly cycles: number;
  damage(dataDirectory: string, scratchDirectory: string): void;
}

/** More than producers have in flight, so that something acknowledged is lost. */
const LOST_TAIL_SIZE_BYTES = 64 * 1024;
const METADATA_FILES = ['sluice-metadata.db', 'sluice-metadata.db-wal'];

export const CANARIES: readonly Canary[] = [
  { name: 'lost-tail', row: 'I1', cycles: 1, damage: loseTails },
  { name: 'repeated-batch', row: 'I4', cycles: 1, damage: repeatLastBatches },
  { name: 'lost-log-start', row: 'I16', cycles: 1, damage: loseLogStarts },
  { name: 'old-metadata', row: 'I19', cycles: 2, damage: restoreMetadata },
];

/** Syncs that were answered, and did nothing. */
function loseTails(dataDirectory: string): void {
  for (const { path } of lastSegments(dataDirectory, 'mixed')) {
    const content = readSegment(path);
    writeFileSync(path, content.subarray(0, Math.max(0, content.length - LOST_TAIL_SIZE_BYTES)));
  }
}

/** A retry that was not known for one. */
function repeatLastBatches(dataDirectory: string): void {
  for (const { path } of lastSegments(dataDirectory, 'exact')) {
    const content = readSegment(path);
    const positions: number[] = [];
    for (let at = 0; at < content.length; at += batchSizeBytes(content, at)) positions.push(at);
    const last = positions.at(-1);
    if (last === undefined) continue;
    const copy = Buffer.from(content.subarray(last));
    setBaseOffset(copy, 0, lastOffset(content, last) + 1);
    writeFileSync(path, Buffer.concat([content, copy]));
  }
}

/** An answered DeleteRecords that was only in memory. */
function loseLogStarts(dataDirectory: string): void {
  rmSync(join(dataDirectory, 'log-start-offset-checkpoint'), { force: true });
}

/** Metadata as it was a kill ago. */
function restoreMetadata(dataDirectory: string, scratchDirectory: string): void {
  for (const name of METADATA_FILES) {
    const current = join(dataDirectory, name);
    const kept = join(scratchDirectory, name);
    if (existsSync(kept)) copyFileSync(kept, current);
    else if (existsSync(current)) copyFileSync(current, kept);
  }
}
