import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import {
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  SNAPSHOT_SUFFIX,
  segmentFileName,
  TXN_INDEX_SUFFIX,
} from '../file-names.ts';
import { decodeProducerSnapshot } from '../producer-snapshot.ts';
import { snapshotOffsets, snapshotPath } from '../producer-snapshots.ts';
import type { ProducerState } from '../producer-state.ts';
import type { SegmentCheck } from './check-segment.ts';
import type { EpochCheck } from './epoch-check.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';
import type { IndexFault } from './index-check.ts';
import { mayHaveGaps, type PartitionFacts } from './partition-facts.ts';

const LOOKUPS =
  'No records are lost. Until it is made again, lookups by offset or time in this segment read more than they need';

/** Of all index files of a log. */
export function indexFindings(checks: readonly SegmentCheck[], facts: PartitionFacts): Finding[] {
  return checks.flatMap(({ segment, walk, indexFaults }) =>
    indexFaults.map((fault) => {
      const place = { partition: facts.name, file: segmentFileName(segment.baseOffset, fault.suffix) };
      const what = `The index does not agree with its log: ${fault.what}.`;
      if (facts.isOurs && !facts.hasCleanMark && walk.nextOffset > (facts.recoveryPoint ?? 0)) {
        const means = 'It was to be written with what came since the last checkpoint.';
        return finding('unfinished-index', { ...place, what, means, start: 'makes it again from the log' });
      }
      // A compaction that a crash interrupted leaves them out when it is finished.
      if (facts.isOurs && mayHaveGaps(facts) && fault.isMissing && fault.suffix !== TXN_INDEX_SUFFIX) {
        const means = 'A compaction that was interrupted leaves its segment so.';
        return finding('unfinished-index', { ...place, what, means, start: 'makes it again at the first use' });
      }
      return finding(fault.isMissing ? 'missing-index' : 'wrong-index', {
        ...place,
        what,
        means: meaningOf(fault),
        repair: "makes the segment's indexes again from its log; keeps the wrong ones",
        action: { kind: 'rebuild-indexes', baseOffset: segment.baseOffset },
      });
    }),
  );
}

function meaningOf({ suffix, isMissing }: IndexFault): string {
  if (suffix !== TXN_INDEX_SUFFIX) return `${LOOKUPS}, or the broker makes it again itself when it notices.`;
  return isMissing
    ? 'No records are lost, but readers of committed records would get those of aborted transactions: the broker cannot notice.'
    : 'No records are lost, but which of them were aborted cannot be told from it.';
}

/** Of the producer snapshots; `logEndOffset` is where the log ends as far as it can be read. */
export async function snapshotFindings(
  disk: Disk,
  names: readonly string[],
  facts: PartitionFacts,
  logEndOffset: Offset,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const offset of snapshotOffsets(names)) {
    const file = segmentFileName(offset, SNAPSHOT_SUFFIX);
    const content = await disk.readFile(snapshotPath(facts.directory, offset));
    const snapshot = content === undefined ? 'it is not there' : decodeProducerSnapshot(content);
    const place = { partition: facts.name, file };
    const means =
      'No records are lost. A start reads more of the log instead, and finds the producers again there; those whose ' +
      'batches were compacted away it does not find.';
    if (typeof snapshot === 'string') {
      found.push(
        finding('wrong-snapshot', {
          ...place,
          what: `The snapshot of the producers at offset ${offset} cannot be used: ${snapshot}.`,
          means,
          start: 'removes it if it needs it, and reads the log instead',
          repair: 'makes it again from an earlier one and the log; keeps the wrong one',
          action: { kind: 'rebuild-snapshot', offset },
        }),
      );
    } else if (offset > logEndOffset) {
      found.push(
        finding('wrong-snapshot', {
          ...place,
          what: `The snapshot of the producers stands for offset ${offset}, but the log ends at ${logEndOffset}.`,
          means: 'It tells of batches that are not there: retries of them would be answered as if they were.',
          start: 'passes over it, until the log has grown beyond it',
          repair: 'sets it aside',
          action: { kind: 'set-aside-file' },
        }),
      );
    } else if (snapshot.entries.some((entry) => (entry.batches.at(-1)?.lastOffset ?? -1) >= offset)) {
      found.push(
        finding('wrong-snapshot', {
          ...place,
          what: `The snapshot of the producers at offset ${offset} knows batches behind that offset.`,
          means,
          start: 'uses it as it is',
          repair: 'makes it again from an earlier one and the log; keeps the wrong one',
          action: { kind: 'rebuild-snapshot', offset },
        }),
      );
    }
  }
  return found;
}

export interface EpochFile {
  /** What is wrong with it as a file; undefined: nothing, or there is none. */
  readonly fault: string | undefined;
  readonly isThere: boolean;
  /** A checksum vouches for it. */
  readonly isChecked: boolean;
}

/** Of the leader epochs: the checkpoint's and those in the batches. */
export function epochFindings(file: EpochFile, check: EpochCheck, facts: PartitionFacts, isEmpty: boolean): Finding[] {
  const place = { partition: facts.name, file: LEADER_EPOCH_CHECKPOINT };
  const means = 'No records are lost: it says which leader wrote which offsets, and the batches say so too.';
  const repair = 'makes it again from the batches; keeps the wrong one';
  const action = { kind: 'rebuild-epochs' } as const;
  if (file.fault !== undefined) {
    const what = `The checkpoint of the leader epochs cannot be used: ${file.fault}.`;
    const start = 'reads the whole log to make it again';
    return [finding('wrong-epoch-checkpoint', { ...place, what, means, start, repair, action })];
  }
  if (!file.isThere && !isEmpty && (facts.recoveryPoint ?? 0) > 0) {
    const what = 'The checkpoint of the leader epochs is not there.';
    const start = 'reads the whole log to make it again';
    return [
      finding('missing-epoch-checkpoint', {
        ...place,
        what,
        means,
        start,
        repair: 'makes it again from the batches',
        action,
      }),
    ];
  }
  const first = check.disagreeing[0];
  if (first === undefined) return [];
  const isCheckpointWrong = !file.isChecked || check.disagreeingCount > check.disagreeing.length;
  if (isCheckpointWrong) {
    const { batch, expected } = first;
    const what = `The checkpoint says epoch ${expected} at offset ${batch.baseOffset}, the batch there ${batch.leaderEpoch}.`;
    return [finding('wrong-epoch-checkpoint', { ...place, what, means, repair, action })];
  }
  return check.disagreeing.map(({ batch, segmentBase, expected }) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(expected);
    return finding('wrong-batch-header', {
      partition: facts.name,
      file: segmentFileName(segmentBase, LOG_SUFFIX),
      offsets: { from: batch.baseOffset, to: batch.lastOffset },
      bytes: { from: batch.position, to: batch.position + batch.sizeBytes },
      what: `The batch says leader epoch ${batch.leaderEpoch}, but the checkpoint, whose checksum is right, ${expected}.`,
      means: 'Its records are whole. Followers and consumers that ask where an epoch ended may be told wrong.',
      repair: 'writes the epoch of the checkpoint into the batch',
      action: { kind: 'patch-header', baseOffset: segmentBase, patches: [{ position: batch.position + 12, bytes }] },
    });
  });
}

/** Of transactions that nobody ended. */
export function transactionFindings(producers: ProducerState, facts: PartitionFacts, logEndOffset: Offset): Finding[] {
  const open = [...producers.entries()].filter((entry) => entry.currentTxnFirstOffset >= 0);
  const first = Math.min(...open.map((entry) => entry.currentTxnFirstOffset));
  if (open.length === 0) return [];
  return [
    finding('open-transaction', {
      partition: facts.name,
      offsets: { from: first, to: Math.max(first, logEndOffset - 1) },
      what: `${open.length === 1 ? 'A transaction is' : `${open.length} transactions are`} open since offset ${first}.`,
      means: 'Readers of committed records see nothing from there on until the transaction coordinator has ended it.',
    }),
  ];
}
