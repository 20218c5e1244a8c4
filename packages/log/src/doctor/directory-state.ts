import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { decodeCheckpoint } from '../checkpoint-file.ts';
import { LogDirectoryError } from '../log-directory-error.ts';
import { decodeMetaProperties, META_PROPERTIES, type MetaProperties } from '../meta-properties.ts';
import { decodeOffsets } from '../offset-checkpoint.ts';
import { CLEAN_SHUTDOWN, CLEANED_OFFSETS, LOG_STARTS, RECOVERY_POINTS } from './directory-names.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';

/** One of the checkpoints of a data directory. */
export interface ReadCheckpoint {
  readonly file: string;
  /** `undefined`: damaged. */
  readonly offsets: ReadonlyMap<string, Offset> | undefined;
}

/** What a data directory says of itself, partitions aside. */
export interface DirectoryState {
  readonly meta: MetaProperties | undefined;
  readonly recoveryPoints: ReadCheckpoint;
  readonly logStarts: ReadCheckpoint;
  readonly cleanedOffsets: ReadCheckpoint;
  /** The last broker said that it ended as it should, */
  readonly hasCleanMark: boolean;
  /** and what it said of the logs can be read. */
  readonly isClean: boolean;
  readonly findings: readonly Finding[];
}

export async function readDirectoryState(disk: Disk, path: string, names: readonly string[]): Promise<DirectoryState> {
  const findings: Finding[] = [];
  const meta = await readMeta(disk, path, findings);
  const recoveryPoints = await readCheckpoint(disk, path, RECOVERY_POINTS, findings);
  const logStarts = await readCheckpoint(disk, path, LOG_STARTS, findings);
  const cleanedOffsets = await readCheckpoint(disk, path, CLEANED_OFFSETS, findings);
  const hasMark = names.includes(CLEAN_SHUTDOWN);
  if (!hasMark) {
    findings.push(
      finding('unclean-stop', {
        file: CLEAN_SHUTDOWN,
        what: 'There is no mark of a clean stop: the broker was killed, lost its power, or has never run.',
        means: 'Nothing is wrong with that.',
        start: 'checks what was written since the last checkpoint and cuts what is not whole',
      }),
    );
  }
  return {
    meta,
    recoveryPoints,
    logStarts,
    cleanedOffsets,
    hasCleanMark: hasMark,
    isClean: hasMark && recoveryPoints.offsets !== undefined,
    findings,
  };
}

async function readMeta(disk: Disk, path: string, findings: Finding[]): Promise<MetaProperties | undefined> {
  const content = await disk.readFile(`${path}/${META_PROPERTIES}`);
  const place = { file: META_PROPERTIES };
  if (content === undefined) {
    findings.push(
      finding('missing-meta-properties', {
        ...place,
        what: 'The file that says whose data this is is not there.',
        means: "No records are lost, but the broker takes the directory for somebody else's.",
        start: 'refuses the directory',
        repair: "nothing: copy the file back, or write it again with the cluster's id and the node's",
      }),
    );
    return undefined;
  }
  try {
    return decodeMetaProperties(content, path);
  } catch (error) {
    if (!(error instanceof LogDirectoryError)) throw error;
    const isNewer = error.tag === 'newer-version';
    findings.push(
      finding(isNewer ? 'newer-version' : 'wrong-meta-properties', {
        ...place,
        what: isNewer
          ? 'A newer Sluice has written this directory.'
          : 'The file does not say whose data this is, or its checksum does not match.',
        means: isNewer ? 'What is new in it this version cannot judge.' : 'No records are lost.',
        start: 'refuses the directory',
        repair: isNewer ? 'nothing: use that version' : 'nothing: write cluster.id and node.id again as they were',
      }),
    );
    return undefined;
  }
}

const CHECKPOINT_MEANINGS: Readonly<Record<string, { means: string; start: string }>> = {
  [RECOVERY_POINTS]: {
    means: 'No records are lost: it says up to where the logs need no check.',
    start: 'checks every log as a whole, which takes as long as reading all of it',
  },
  [LOG_STARTS]: {
    means: 'No records are lost, but some that were deleted may come back.',
    start: 'lets each log begin where its leader epochs or its files do',
  },
  [CLEANED_OFFSETS]: {
    means: 'No records are lost: it says up to where logs were compacted.',
    start: 'takes every log for one that was compacted, and compacts from the beginning again',
  },
};

async function readCheckpoint(disk: Disk, path: string, file: string, findings: Finding[]): Promise<ReadCheckpoint> {
  const content = await disk.readFile(`${path}/${file}`);
  if (content === undefined) return { file, offsets: new Map() };
  const offsets = decodeOffsets(content);
  if (offsets !== undefined) return { file, offsets };
  const checkpoint = decodeCheckpoint(content);
  const why = typeof checkpoint === 'string' ? checkpoint : 'a line is no topic, partition and offset';
  findings.push(
    finding('wrong-checkpoint', {
      file,
      what: `The checkpoint cannot be used: ${why}.`,
      means: CHECKPOINT_MEANINGS[file]?.means ?? '',
      start: CHECKPOINT_MEANINGS[file]?.start,
      repair: 'makes it again from what the logs hold; keeps the wrong one',
      action: { kind: 'rebuild-checkpoint' },
    }),
  );
  return { file, offsets: undefined };
}
