import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** The whole machine needs some, and so do the journals of both servers. */
const SPARE_BYTES = 4e9;

/** Refuses what would fill the disk; the data directories are made in the system's temporary one. */
export function needFreeSpace(sizeBytes: number): void {
  const stats = statfsSync(tmpdir());
  const freeBytes = stats.bavail * stats.bsize;
  if (freeBytes >= sizeBytes + SPARE_BYTES) return;
  const [need, free] = [sizeBytes + SPARE_BYTES, freeBytes].map((bytes) => `${Math.round(bytes / 1e9)} GB`);
  throw new Error(`${tmpdir()} has ${free} free and this takes ${need}: set BENCH_GIGABYTES to less`);
}

/** How much a scenario moves that is not quick: as the environment says, so that its title can tell what was run. */
export function gigabytes(usual: number): number {
  return Number(process.env.BENCH_GIGABYTES ?? usual);
}
