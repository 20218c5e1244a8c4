import type { Disk } from '@sluice/kernel/disk';
import { CHECKPOINT_FILES } from '../directory-checkpoints.ts';
import { partitionName } from '../partition-name.ts';
import { loadStopSummary, STOP_SUMMARY, type SummedLog } from '../stop-summary.ts';
import type { PartitionCheck } from './check-partition.ts';
import type { DirectoryState } from './directory-state.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';

/** Of what a clean stop wrote about each log, for the next start to believe. */
export async function summaryFindings(
  disk: Disk,
  path: string,
  state: DirectoryState,
  names: readonly string[],
  checks: readonly PartitionCheck[],
): Promise<Finding[]> {
  if (!names.includes(STOP_SUMMARY) || !state.isClean) return [];
  const summary = await loadStopSummary(disk, path, CHECKPOINT_FILES);
  const place = { file: STOP_SUMMARY };
  if (summary === undefined) {
    return [
      finding('wrong-stop-summary', {
        ...place,
        what: 'What the last stop wrote of the logs is damaged, or does not belong to these checkpoints.',
        means: 'No records are lost. Another broker (Kafka, say) may have worked in the directory since.',
        start: "looks at every partition's files instead, which takes longer",
        repair: 'sets it aside',
        action: { kind: 'set-aside-file' },
      }),
    ];
  }
  const byName = new Map(summary.map((log) => [partitionName(log.topic, log.partition), log]));
  return checks.flatMap((check) => {
    const summed = byName.get(check.facts.name);
    const difference = summed && differenceOf(summed, check);
    // Damage of the log itself is told already, and a repair does away with the summary.
    if (difference === undefined || check.findings.some(({ severity }) => severity !== 'note')) return [];
    return finding('wrong-stop-summary', {
      ...place,
      partition: check.facts.name,
      file: `../${STOP_SUMMARY}`,
      what: `What the last stop wrote of this log is not what is there: ${difference}.`,
      means: 'Files were changed since, by a copy or another program, and in themselves they are whole.',
      start: 'believes it until somebody uses the log',
      repair: 'sets it aside, so that the start looks at every log itself',
      action: { kind: 'set-aside-file' },
    });
  });
}

function differenceOf({ known }: SummedLog, check: PartitionCheck): string | undefined {
  const numbers = [
    ['start', known.logStartOffset, check.logStartOffset],
    ['end', known.logEndOffset, check.logEndOffset],
    ['segments', known.segmentCount, Math.max(1, check.segments)],
    ['bytes', known.sizeBytes, check.sizeBytes],
  ] as const;
  const wrong = numbers.find(([, said, is]) => said !== is);
  return wrong && `${wrong[0]} ${wrong[1]}, where it is ${wrong[2]}`;
}
