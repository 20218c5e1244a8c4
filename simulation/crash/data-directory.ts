import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const RECOVERY_POINTS = 'recovery-point-offset-checkpoint';
const LOG_SUFFIX = '.log';

export interface LogSizes {
  readonly sizeBytes: number;
  /** In segments that reach beyond their log's recovery point. */
  readonly uncheckedSizeBytes: number;
}

/** What lies in a data directory whose broker is down. */
export function logSizes(dataDirectory: string): LogSizes {
  const recoveryPoints = readRecoveryPoints(join(dataDirectory, RECOVERY_POINTS));
  let sizeBytes = 0;
  let uncheckedSizeBytes = 0;
  for (const partition of partitionsIn(dataDirectory)) {
    const recoveryPoint = recoveryPoints.get(partition) ?? 0;
    const segments = segmentsOf(join(dataDirectory, partition));
    for (const [index, segment] of segments.entries()) {
      const endOffset = segments[index + 1]?.baseOffset ?? Infinity;
      sizeBytes += segment.sizeBytes;
      if (endOffset > recoveryPoint) uncheckedSizeBytes += segment.sizeBytes;
    }
  }
  return { sizeBytes, uncheckedSizeBytes };
}

/**
 * Takes the end of a topic's logs away, as a disk does that lied about a sync. Gives the bytes that are gone.
 */
export function loseTails(dataDirectory: string, topic: string, sizeBytes: number): number {
  let lostBytes = 0;
  for (const partition of partitionsIn(dataDirectory).filter((name) => name.startsWith(`${topic}-`))) {
    const last = segmentsOf(join(dataDirectory, partition)).at(-1);
    if (last === undefined) continue;
    const keptBytes = Math.max(0, last.sizeBytes - sizeBytes);
    truncateSync(last.path, keptBytes);
    lostBytes += last.sizeBytes - keptBytes;
  }
  return lostBytes;
}

function partitionsIn(dataDirectory: string): string[] {
  return existsSync(dataDirectory) ? readdirSync(dataDirectory).filter((name) => /-\d+$/.test(name)) : [];
}

function segmentsOf(directory: string) {
  return readdirSync(directory)
    .filter((name) => name.endsWith(LOG_SUFFIX))
    .sort()
    .map((name) => {
      const path = join(directory, name);
      return { path, baseOffset: Number(name.slice(0, -LOG_SUFFIX.length)), sizeBytes: statSync(path).size };
    });
}

/** Kafka's form: version, count, then `topic partition offset` a line. */
function readRecoveryPoints(path: string): Map<string, number> {
  const lines = existsSync(path) ? readFileSync(path, 'latin1').trim().split('\n').slice(2) : [];
  return new Map(
    lines.map((line) => {
      const [topic, partition, offset] = line.trim().split(/\s+/);
      return [`${topic}-${partition}`, Number(offset)];
    }),
  );
}
