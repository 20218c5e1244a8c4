import { type Disk, DiskError, type DiskLock } from '@sluice/kernel/disk';
import type { Finding } from '@sluice/log/doctor/finding';
import { finding } from '@sluice/log/doctor/finding-codes';
import { DoctorRefused } from './doctor-refused.ts';

const LOCK = '.lock';

export interface LockedDirectory {
  readonly lock: DiskLock | undefined;
  readonly notes: Finding[];
}

/**
 * Keeps brokers out for as long as the check takes, without a trace: who only checks shares the lock that is there. A
 * repair takes it as a broker does.
 */
export async function lockDirectory(disk: Disk, path: string, isRepair: boolean): Promise<LockedDirectory> {
  try {
    const lock = isRepair ? await disk.lock(`${path}/${LOCK}`) : await disk.lockShared(`${path}/${LOCK}`);
    return { lock, notes: [] };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    if (error.tag === 'busy') {
      throw new DoctorRefused(
        'running',
        `${path} is in use by a broker that runs, or by another check`,
        'stop the broker first: what it has in memory is not on disk yet',
        { cause: error },
      );
    }
    // No broker ever ran here, or the lock was left out when the directory was copied.
    if (error.tag === 'not-found' && !isRepair) return { lock: undefined, notes: [] };
    if (isRepair) {
      throw new DoctorRefused('denied', `${path} cannot be written by this user`, 'run it as the user of the broker', {
        cause: error,
      });
    }
    return { lock: undefined, notes: [unknownNote()] };
  }
}

function unknownNote(): Finding {
  return finding('lock-unknown', {
    file: LOCK,
    what: 'Whether a broker uses the directory cannot be told: its lock cannot be looked at.',
    means: 'If one does, what it writes meanwhile looks like damage here.',
  });
}
