import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { batchSizeBytes } from '@sluice/protocol/records/batch-header';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

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

/** The segments that a topic's partitions were writing to. */
export function lastSegments(dataDirectory: string, topic: string): { readonly path: string }[] {
  const partitions = partitionsIn(dataDirectory).filter((name) => name.startsWith(`${topic}-`));
  return partitions.flatMap((partition) => segmentsOf(join(dataDirectory, partition)).slice(-1));
}

/** Up to the first batch that is not whole. */
export function readSegment(path: string): Buffer {
  const content = readFileSync(path);
  let end = 0;
  for (const span of walkBatches(content)) {
    if (span.kind === 'batch-error') break;
    end = span.position + batchSizeBytes(content, span.position);
  }
  return content.subarray(0, end);
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
