import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { createOverlayDisk } from '@sluice/kernel/overlay-disk';
import { readJournal } from '../journal/read-journal.ts';
import { restoreLogs } from '../journal/restore-logs.ts';
import { LogDirectoryError } from '../log-directory-error.ts';
import type { DirectoryNames } from './directory-names.ts';
import type { DirectoryState } from './directory-state.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding-codes.ts';

export interface JournalView {
  /** The directory as it is once the journal was put back into the logs. */
  readonly disk: Disk;
  readonly findings: readonly Finding[];
}

/**
 * The journal holds what the logs of a broker that was killed may lack: a start puts it back before it looks at any of
 * them, and so they are checked.
 */
export async function viewWithJournal(
  disk: Disk,
  path: string,
  names: DirectoryNames,
  state: DirectoryState,
): Promise<JournalView> {
  const [file] = names.journals;
  if (file === undefined) return { disk, findings: [] };
  const complaints: string[] = [];
  const logger = complaintLogger(complaints);
  try {
    const { entries } = await readJournal(disk, path, logger);
    if (entries.length === 0 && complaints.length === 0) return { disk, findings: [] };
    if (state.hasCleanMark) return { disk, findings: [passedOver(file)] };
    const view = createOverlayDisk(disk);
    const { failed } = await restoreLogs(entries, {
      disk: view,
      logger,
      path,
      recoveryPoints: state.recoveryPoints.offsets,
      logStarts: state.logStarts.offsets,
      ignoresCuts: false,
    });
    const restored = await view.changes();
    const findings = [...failed].map(([partition, reason]) => unrestored(partition, file, reason));
    findings.push(...complaints.map((complaint) => damaged(file, complaint)));
    if (restored.length > 0) findings.push(needed(file, restored.length));
    return { disk: view, findings };
  } catch (error) {
    if (!(error instanceof LogDirectoryError)) throw error;
    return { disk, findings: [newer(file, error.message)] };
  }
}

function needed(file: string, logs: number): Finding {
  return finding('journal', {
    file,
    what: `The shared journal holds batches that ${logs === 1 ? 'one log file lacks' : `${logs} log files lack`}.`,
    means: 'That is what it is for: they were acknowledged, and nothing is lost. The logs are checked with them.',
    start: 'puts them into the logs before anything else',
    repair: 'does what the start does before it repairs anything else, and keeps the journal',
    action: { kind: 'restore-journal' },
  });
}

function passedOver(file: string): Finding {
  return finding('journal', {
    file,
    what: 'A shared journal lies beside the mark of a clean stop.',
    means: 'The logs have what is in it, unless the directory was put together from several copies.',
    start: 'passes over it and removes it',
  });
}

function damaged(file: string, complaint: string): Finding {
  return finding('damaged-journal', {
    file,
    what: `The shared journal is not whole: ${complaint}.`,
    means: 'Records that were acknowledged shortly before the crash may be only there, and lost.',
    start: 'puts back what can be read, and goes on',
    repair: 'nothing: compare with a replica or a backup; keep a copy of the journal before the next start',
  });
}

function unrestored(partition: string, file: string, reason: string): Finding {
  return finding('damaged-journal', {
    partition,
    file: `../${file}`,
    what: `What the shared journal has of this partition does not come back: ${reason}.`,
    means: 'Records that were acknowledged shortly before the crash are only in the journal.',
    start: 'does not open the partition, and keeps what the journal has of it',
    repair: 'nothing: mend what is in the way, the disk or the permissions',
  });
}

function newer(file: string, message: string): Finding {
  return finding('newer-version', {
    file,
    what: `${message}.`,
    means: 'What its journal holds this version cannot read.',
    start: 'refuses the directory',
    repair: 'nothing: use that version',
  });
}

function complaintLogger(complaints: string[]): Logger {
  const keep = (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const where = typeof fields?.path === 'string' ? ` (${fields.path.split('/').at(-1)})` : '';
    complaints.push(`${message}${fields?.fault === undefined ? '' : `: ${String(fields.fault)}`}${where}`);
  };
  const logger: Logger = { debug() {}, info() {}, warn: keep, error: keep, with: () => logger };
  return logger;
}
