import type { Clock } from '@sluice/kernel/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';

/** All files of a machine that is down. */
export type Image = ReadonlyMap<string, Buffer>;

export async function imageOf(disk: SimDisk): Promise<Image> {
  const image = new Map<string, Buffer>();
  for (const path of disk.files()) image.set(path, (await disk.readFile(path)) ?? Buffer.alloc(0));
  return image;
}

/** A disk with these files, one of them perhaps changed. */
export async function diskOf(
  image: Image,
  clock: Clock,
  changed?: { path: string; content: Buffer },
): Promise<SimDisk> {
  const disk = createSimDisk({ clock });
  for (const [path, content] of image) {
    await disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    const file = await disk.open(path, 'create');
    const bytes = path === changed?.path ? changed.content : content;
    if (bytes.length > 0) await file.writev([bytes], 0);
    await file.close();
  }
  return disk;
}
