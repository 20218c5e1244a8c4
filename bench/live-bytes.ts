import { execFileSync } from 'node:child_process';
import { residentMegabytes } from './process-stats.ts';
import type { Server } from './server.ts';

/**
 * What a broker holds in memory. Java's heap never shrinks, so that the process's size says nothing; counting what lives
 * in it collects garbage first.
 */
export function liveBytes({ name, pid }: Server): number {
  if (name === 'sluice') return residentMegabytes(pid) * 2 ** 20;
  const histogram = execFileSync('jcmd', [String(pid), 'GC.class_histogram'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return Number(/^Total\s+\d+\s+(\d+)/m.exec(histogram)?.[1]);
}
