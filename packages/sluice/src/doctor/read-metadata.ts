import { DiskError } from '@sluice/kernel/disk';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { imageState } from '@sluice/metadata/image/image-state';
import { CorruptValueError } from '@sluice/metadata/image/values';
import { StoreError } from '@sluice/metadata/store/metadata-store';
import { METADATA_FILE } from '../data-directory.ts';
import type { World } from '../world.ts';

export type ReadMetadata =
  | { readonly kind: 'image'; readonly image: ClusterImage }
  | { readonly kind: 'missing' }
  | { readonly kind: 'newer'; readonly reason: string }
  | { readonly kind: 'damaged'; readonly reason: string };

/** The file and what was committed behind it; the third of SQLite's files is made anew at every opening. */
const FILES = [METADATA_FILE, `${METADATA_FILE}-wal`, `${METADATA_FILE}-journal`];

/**
 * What the metadata in a data directory says, as a broker would read it: checked by SQLite, row by row and as a whole.
 * Opening it changes it (what was left of the last run goes), so a copy in `scratch` is opened.
 */
export async function readMetadata(world: World, path: string, scratch: string): Promise<ReadMetadata> {
  const { disk } = world;
  if ((await disk.stat(`${path}/${METADATA_FILE}`)) === undefined) return { kind: 'missing' };
  const copy = `${scratch}/sluice-doctor-${world.random.uuid()}`;
  await disk.makeDirectory(copy);
  try {
    for (const name of FILES) {
      const content = await disk.readFile(`${path}/${name}`);
      if (content === undefined) continue;
      const file = await disk.open(`${copy}/${name}`, 'create');
      if (content.length > 0) await file.writev([content], 0);
      await file.close();
    }
    return await readCopy(world, `${copy}/${METADATA_FILE}`);
  } finally {
    await disk.removeTree(copy).catch((error: unknown) => {
      if (!(error instanceof DiskError)) throw error;
    });
  }
}

async function readCopy(world: World, path: string): Promise<ReadMetadata> {
  try {
    const store = world.openStore(path);
    try {
      const { revision, kvs } = await store.range('');
      const state = imageState();
      state.apply(state.catchUp(revision, kvs));
      return { kind: 'image', image: state.image };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError) && !(error instanceof CorruptValueError)) throw error;
    // The copy's path means nothing to anybody.
    const reason = error.message.replaceAll(path, METADATA_FILE);
    return { kind: error instanceof StoreError && error.tag === 'newer-version' ? 'newer' : 'damaged', reason };
  }
}
