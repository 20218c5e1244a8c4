import type { PartitionCheck } from './check-partition.ts';
import { describeOffsets } from './promise.ts';

/** What the next start makes of a log, in a sentence. */
export function describeForetold({ foretold, facts, logEndOffset }: PartitionCheck): string | undefined {
  if (foretold === undefined) return undefined;
  if (foretold.failure !== undefined) return `cannot open the log: ${foretold.failure}.`;
  const { cut, cutBytes, removedLogs } = foretold;
  if (cut !== undefined) {
    const files = removedLogs.length === 0 ? '' : `, and deletes ${removedLogs.join(', ')}`;
    return (
      `CUTS the log at offset ${cut.from}${files}: ${describeOffsets(cut)}, ${cutBytes} bytes, of which some or all can ` +
      'still be read now, would be gone.'
    );
  }
  if (cutBytes > 0) {
    const again =
      facts.provedEnd > foretold.logEndOffset
        ? `, and offsets up to ${facts.provedEnd - 1}, which readers may have seen, are given out again`
        : '';
    return `cuts ${cutBytes} bytes that are no whole batch; the log then ends at offset ${foretold.logEndOffset}${again}.`;
  }
  if (foretold.logEndOffset > logEndOffset && foretold.logEndOffset <= facts.provedEnd) {
    return `opens the log up to offset ${foretold.logEndOffset} as if all were there: who reads it finds the damage.`;
  }
  if (foretold.logEndOffset > logEndOffset) {
    return `lets the log go on at offset ${foretold.logEndOffset}, behind what was deleted.`;
  }
  const ends = `opens the log from offset ${foretold.logStartOffset} to ${foretold.logEndOffset}`;
  const how = facts.isClean ? '' : ', after it has checked what came since the last checkpoint';
  return `${ends}${how}. It does not read what is older, and notices damage there only when somebody reads it.`;
}
