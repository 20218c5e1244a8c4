import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';

/**
 * Lies in a log that was moved here, and says in which directories (by their ids) an older log of its name may still
 * lie. Once it is there, this log counts and those do not. Kafka passes over it.
 */
export const MOVE_MARK = 'sluice-moved-from';

export async function writeMoveMark(disk: Disk, directory: string, movedFrom: readonly Uuid[]): Promise<void> {
  await disk.replaceFile(`${directory}/${MOVE_MARK}`, `${movedFrom.join('\n')}\n`);
}

/** `undefined` for a log without one. */
export async function readMoveMark(disk: Disk, directory: string): Promise<Uuid[] | undefined> {
  const content = await disk.readFile(`${directory}/${MOVE_MARK}`);
  return content?.toString('latin1').split('\n').filter(Boolean);
}

export async function removeMoveMark(disk: Disk, directory: string): Promise<void> {
  await disk.unlink(`${directory}/${MOVE_MARK}`);
  await disk.syncDirectory(directory);
}
