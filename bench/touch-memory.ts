import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

const file = '/dev/shm/sluice-bench-touch';
const chunkBytes = 64 * 2 ** 20;
/** Left for everybody else while memory is being touched. */
const leftBytesMin = 3 * 2 ** 30;

/**
 * Touches free memory once and gives it back. A virtual machine often gets a page of memory from its host only when it
 * is first used, and that costs the guest's kernel about 2.5 CPU-seconds per GB: more than a broker needs to write a GB
 * into the page cache. Without this, whoever first grows the page cache pays for it.
 */
export function touchFreeMemory(log: (line: string) => void): void {
  if (!existsSync('/dev/shm')) return;
  const chunk = Buffer.alloc(chunkBytes, 1);
  const descriptor = openSync(file, 'w');
  let touched = 0;
  try {
    while (freeBytes() > leftBytesMin) touched += writeSync(descriptor, chunk);
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
  log(`touched ${(touched / 2 ** 30).toFixed(1)} GiB of free memory`);
}

function freeBytes(): number {
  const match = /^MemFree:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return Number(match?.[1] ?? 0) * 1024;
}
