import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  PARTITION_METADATA,
  parseSegmentFileName,
  SWAP_SUFFIX,
  TIME_INDEX_SUFFIX,
  TXN_CHECKSUM_SUFFIX,
  TXN_INDEX_SUFFIX,
} from '../file-names.ts';
import { MOVE_MARK } from '../move/move-mark.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';

const KNOWN_NAMES = [LEADER_EPOCH_CHECKPOINT, PARTITION_METADATA, MOVE_MARK];
const INDEX_SUFFIXES = [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX, TXN_CHECKSUM_SUFFIX];
const TEMPORARY_SUFFIX = '.tmp';

/** Of files in a partition's directory that are no part of its log. */
export function leftoverFindings(partition: string, names: readonly string[]): Finding[] {
  const inState = (state: string) => names.filter((name) => parseSegmentFileName(name)?.state === state);
  const deleted = inState(DELETED_SUFFIX);
  const halfway = [...inState(CLEANED_SUFFIX), ...inState(SWAP_SUFFIX)];
  const temporary = names.filter((name) => name.endsWith(TEMPORARY_SUFFIX));
  const found: Finding[] = [];
  if (deleted.length > 0) {
    found.push(
      finding('leftovers', {
        partition,
        file: deleted[0],
        what: `${countFiles(deleted)} renamed away to be deleted (.deleted).`,
        means: 'Retention or compaction had done with their records; the broker stopped before it removed them.',
        start: 'removes them',
      }),
    );
  }
  if (halfway.length > 0) {
    found.push(
      finding('leftovers', {
        partition,
        file: halfway[0],
        what: `${countFiles(halfway)} of a compaction that was interrupted (.cleaned, .swap).`,
        means:
          'Nothing is lost: what was compacted is there before or after. The log is checked as the start leaves it.',
        start: 'finishes it where its output is complete, else takes it back',
        repair: 'does what the start does: finishes it or takes it back, and removes what was to be deleted',
        action: { kind: 'clear-leftovers' },
      }),
    );
  }
  if (temporary.length > 0) {
    found.push(
      finding('leftovers', {
        partition,
        file: temporary[0],
        what: `${countFiles(temporary)} that a crash left half-written (.tmp).`,
        means: 'What it was to replace is still in its place.',
      }),
    );
  }
  for (const name of halfway.length > 0 ? [] : orphanedIndexes(names)) {
    found.push(
      finding('orphaned-index', {
        partition,
        file: name,
        what: 'An index whose log is not there.',
        means: 'Either a deletion was interrupted, or the log was taken away: then its records are lost.',
        start: 'removes it',
        repair: 'sets it aside',
        action: { kind: 'set-aside-file' },
      }),
    );
  }
  for (const name of names.filter(isUnknown)) {
    found.push(
      finding('unknown-file', {
        partition,
        file: name,
        what: 'A file that neither Sluice nor Kafka makes.',
        means: 'It is not looked at.',
      }),
    );
  }
  return found;
}

function orphanedIndexes(names: readonly string[]): string[] {
  const logs = new Set<number>();
  for (const name of names) {
    const parsed = parseSegmentFileName(name);
    if (parsed?.suffix === LOG_SUFFIX && parsed.state === '') logs.add(parsed.offset);
  }
  return names.filter((name) => {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined || parsed.state !== '') return false;
    return INDEX_SUFFIXES.includes(parsed.suffix) && !logs.has(parsed.offset);
  });
}

function isUnknown(name: string): boolean {
  return parseSegmentFileName(name) === undefined && !KNOWN_NAMES.includes(name) && !name.endsWith(TEMPORARY_SUFFIX);
}

function countFiles(names: readonly string[]): string {
  return names.length === 1 ? 'One file' : `${names.length} files`;
}
