import type { Finding } from '@sluice/log/doctor/finding';
import { finding } from '@sluice/log/doctor/finding-codes';
import { IMPORT_MARKER, METADATA_FILE } from '../data-directory.ts';
import type { ReadMetadata } from './read-metadata.ts';

/** Of the cluster's metadata itself. */
export function metadataFindings(metadata: ReadMetadata): Finding[] {
  const place = { file: METADATA_FILE };
  const means =
    "The records are all in the partitions' directories, but which topics there are, their settings and their ids' " +
    'owners the broker knows only from here.';
  switch (metadata.kind) {
    case 'image':
      return [];
    case 'missing':
      return [
        finding('missing-store', {
          ...place,
          what: "The cluster's metadata is in none of the directories that were named.",
          means,
          start: 'refuses the directory',
          repair: 'nothing: name the directory that has it as well, or restore the file from a backup',
        }),
      ];
    case 'newer':
      return [
        finding('newer-version', {
          ...place,
          what: `The cluster's metadata was written by a newer Sluice: ${metadata.reason}.`,
          means: 'What it says was not compared with the partitions.',
          start: 'refuses the directory',
          repair: 'nothing: use that version',
        }),
      ];
    case 'damaged':
      return [
        finding('damaged-store', {
          ...place,
          what: `The cluster's metadata is damaged: ${metadata.reason}.`,
          means,
          start: 'refuses the directory, and changes nothing',
          repair: 'nothing: restore the file, with the -wal beside it, from a backup',
        }),
      ];
  }
}

/** Of a directory whose metadata is not the one that was read. */
export function secondStore(other: string): Finding {
  return finding('two-stores', {
    file: METADATA_FILE,
    what: `This directory has a cluster's metadata, and so has ${other}, with which the partitions were compared.`,
    means: 'They are of two clusters, or one of them is a copy that was left behind.',
    start: 'refuses to use these directories together',
    repair: 'nothing: name only the directories of one cluster, or take the metadata that is left over away',
  });
}

export function unfinishedImport(): Finding {
  return finding('unfinished-import', {
    file: IMPORT_MARKER,
    what: 'An import from Kafka into this directory has not come to its end.',
    means: "What is there may lack partitions, and parts of them. Kafka's directories have everything.",
    start: 'refuses the directory',
    repair: 'nothing: give the same sluice import command again, it goes on where it was',
  });
}

/** Of partitions that another of the directories has as well. */
export function duplicates(names: readonly string[], elsewhere: ReadonlySet<string>): Finding[] {
  return names
    .filter((name) => elsewhere.has(name) && /-\d+$/.test(name))
    .map((partition) =>
      finding('duplicate-partition', {
        partition,
        what: 'The partition lies in two of the data directories.',
        means: 'Only one of them is served; the other may have records that this one lacks.',
        start: 'keeps the one that a move had made complete; if none says so, it opens neither',
        repair: `nothing without your word: give --set-aside ${partition} with the one directory from which it is to go`,
      }),
    );
}
