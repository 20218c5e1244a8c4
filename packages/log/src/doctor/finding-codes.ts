import type { Finding, FindingDetails, Severity } from './finding.ts';

/** Every kind of finding: scripts may rely on the names. */
const FINDING_CODES = {
  // A partition's log.
  'torn-tail': 'fault',
  'unsynced-hole': 'fault',
  'wrong-batch-header': 'fault',
  'unreadable-batches': 'damage',
  'missing-offsets': 'damage',
  'overlapping-segments': 'damage',
  'undecodable-records': 'damage',
  'shorter-than-recorded': 'damage',
  'unreadable-file': 'damage',
  // What is derived from it.
  'wrong-index': 'fault',
  'missing-index': 'fault',
  'orphaned-index': 'fault',
  'unfinished-index': 'note',
  'wrong-snapshot': 'fault',
  'wrong-epoch-checkpoint': 'fault',
  'missing-epoch-checkpoint': 'fault',
  'open-transaction': 'note',
  // Whose it is.
  'missing-partition-metadata': 'fault',
  'wrong-partition-metadata': 'fault',
  'swapped-partitions': 'damage',
  'other-topic-id': 'damage',
  'unowned-partition': 'damage',
  'missing-partition': 'damage',
  'unmade-partition': 'note',
  'duplicate-partition': 'damage',
  // The directory.
  'wrong-meta-properties': 'fault',
  'missing-meta-properties': 'fault',
  'other-cluster': 'damage',
  'newer-version': 'damage',
  'wrong-checkpoint': 'fault',
  'checkpoint-beyond-end': 'note',
  'checkpoint-of-nobody': 'note',
  'damaged-store': 'damage',
  'missing-store': 'damage',
  'two-stores': 'damage',
  'unfinished-import': 'fault',
  'damaged-journal': 'damage',
  'wrong-stop-summary': 'fault',
  'little-space': 'fault',
  leftovers: 'note',
  'unknown-file': 'note',
  'unclean-stop': 'note',
  journal: 'note',
  'set-aside': 'note',
  'lock-unknown': 'note',
} as const satisfies Readonly<Record<string, Severity>>;

export type FindingCode = keyof typeof FINDING_CODES;

export function finding(code: FindingCode, details: FindingDetails): Finding {
  return {
    code,
    severity: FINDING_CODES[code],
    partition: details.partition,
    file: details.file,
    offsets: details.offsets,
    bytes: details.bytes,
    what: details.what,
    means: details.means,
    start: details.start,
    repair: details.repair,
    action: details.action,
  };
}
