import { isJournalFileName } from '../journal/format.ts';
import { META_PROPERTIES } from '../meta-properties.ts';
import { isDeletedPartition, parsePartitionName } from '../partition-name.ts';
import { STOP_SUMMARY } from '../stop-summary.ts';

export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';
export const LOCK = '.lock';
export const RECOVERY_POINTS = 'recovery-point-offset-checkpoint';
export const LOG_STARTS = 'log-start-offset-checkpoint';
export const CLEANED_OFFSETS = 'cleaner-offset-checkpoint';
/** Where a repair puts what it takes out of the way. */
export const SET_ASIDE = 'sluice-set-aside';

const METADATA_LOG = '__cluster_metadata-0';
const FUTURE_NAME = /^(.+)\.[\da-f]{32}-future$/;
const STRAY_NAME = /^(.+)\.[\da-f]{32}-stray$/;
/** Kafka's, of no meaning to us. */
const OTHER_KNOWN_NAMES = [
  'lost+found',
  'bootstrap.checkpoint',
  'replication-offset-checkpoint',
  'remote-log-index-cache',
];
const KNOWN_NAMES = [
  META_PROPERTIES,
  CLEAN_SHUTDOWN,
  LOCK,
  RECOVERY_POINTS,
  LOG_STARTS,
  CLEANED_OFFSETS,
  STOP_SUMMARY,
  ...OTHER_KNOWN_NAMES,
];

/** What lies in a data directory, by what it is. */
export interface DirectoryNames {
  readonly partitions: readonly string[];
  /** Renamed away, to be removed. */
  readonly deleted: readonly string[];
  /** Partitions that were on their way here from another directory. */
  readonly future: readonly string[];
  readonly stray: readonly string[];
  readonly journals: readonly string[];
  readonly temporary: readonly string[];
  readonly hasMetadataLog: boolean;
  readonly hasSetAside: boolean;
  readonly unknown: readonly string[];
}

export function sortNames(names: readonly string[], alsoKnown: readonly string[]): DirectoryNames {
  const sorted = {
    partitions: [] as string[],
    deleted: [] as string[],
    future: [] as string[],
    stray: [] as string[],
    journals: [] as string[],
    temporary: [] as string[],
    hasMetadataLog: names.includes(METADATA_LOG),
    hasSetAside: names.includes(SET_ASIDE),
    unknown: [] as string[],
  };
  for (const name of names) {
    if (name === METADATA_LOG || name === SET_ASIDE || KNOWN_NAMES.includes(name) || alsoKnown.includes(name)) continue;
    if (isDeletedPartition(name)) sorted.deleted.push(name);
    else if (FUTURE_NAME.test(name)) sorted.future.push(name);
    else if (STRAY_NAME.test(name)) sorted.stray.push(name);
    else if (isJournalFileName(name)) sorted.journals.push(name);
    else if (name.endsWith('.tmp')) sorted.temporary.push(name);
    else if (parsePartitionName(name) !== undefined) sorted.partitions.push(name);
    else sorted.unknown.push(name);
  }
  return sorted;
}
