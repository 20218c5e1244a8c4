import { describeForetold } from '@sluice/log/doctor/describe-foretold';
import { describeRepair } from '@sluice/log/doctor/describe-repair';
import type { Finding } from '@sluice/log/doctor/finding';
import type { DoctoredDirectory } from 'sluice/doctor/doctor';

/** What `--json` prints: names and codes that scripts may rely on, sentences for whoever they show them to. */
export function doctorJson(results: readonly DoctoredDirectory[], elapsedMs: number) {
  return {
    healthy: results.every(({ findings }) => findings.every(({ severity }) => severity === 'note')),
    elapsedMs: Math.round(elapsedMs),
    directories: results.map(directoryJson),
  };
}

function directoryJson({ check, findings, planned, repaired }: DoctoredDirectory) {
  const sum = (of: 'segments' | 'sizeBytes' | 'batches') =>
    check.partitions.reduce((total, partition) => total + partition[of], 0);
  const repairable = new Set(planned);
  return {
    path: check.path,
    clusterId: check.state.meta?.clusterId ?? null,
    nodeId: check.state.meta?.nodeId ?? null,
    directoryId: check.directoryId ?? null,
    madeBy: check.isOurs ? 'sluice' : 'kafka',
    cleanStop: check.state.hasCleanMark,
    partitions: check.partitions.length,
    segments: sum('segments'),
    sizeBytes: sum('sizeBytes'),
    batches: sum('batches'),
    findings: findings.map((found) => ({ ...findingJson(found), repairable: repairable.has(found) })),
    nextStart: check.partitions.flatMap((partition) => {
      const { foretold, facts, logEndOffset } = partition;
      if (foretold === undefined) return [];
      return {
        partition: facts.name,
        readableEndOffset: logEndOffset,
        logStartOffset: foretold.logStartOffset,
        logEndOffset: foretold.logEndOffset,
        cut: foretold.cut ?? null,
        cutBytes: foretold.cutBytes,
        removedFiles: foretold.removedLogs,
        failure: foretold.failure ?? null,
        sentence: describeForetold(partition),
      };
    }),
    repaired: repaired.map((found) => ({ ...findingJson(found), done: describeRepair(found) })),
  };
}

function findingJson({ code, severity, partition, file, offsets, bytes, what, means, start, repair }: Finding) {
  return {
    code,
    severity,
    partition: partition ?? null,
    file: file ?? null,
    offsets: offsets ?? null,
    bytes: bytes ?? null,
    what,
    means,
    nextStart: start ?? null,
    repair: repair ?? null,
  };
}
