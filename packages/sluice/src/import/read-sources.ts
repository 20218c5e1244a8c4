import { type Disk, DiskError, type DiskLock } from '@sluice/kernel/disk';
import type { NodeId } from '@sluice/kernel/ids';
import { type SurveyedDirectory, surveyKafkaDirectory } from '@sluice/log/import/survey-kafka-directory';
import { LogDirectoryError } from '@sluice/log/log-directory-error';
import { decodeMetaProperties, META_PROPERTIES, type MetaProperties } from '@sluice/log/meta-properties';
import { METADATA_LOG_DIRECTORY, type MetadataLog, readMetadataLog } from '@sluice/metadata/kafka/read-metadata-log';
import { METADATA_FILE } from '../data-directory.ts';
import { refuse } from './import-refused.ts';

const LOCK = '.lock';
/** How many names of a directory are looked into for a log directory that was meant instead. */
const LOOKED_INTO_MAX = 50;

export interface SourceDirectory extends SurveyedDirectory {
  readonly meta: MetaProperties;
}

/** All log directories of one broker, and what its metadata log says. */
export interface Sources {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly directories: readonly SourceDirectory[];
  /** `undefined`: in none of the directories. */
  readonly metadataLog: MetadataLog | undefined;
  /** The directories are those of a cluster whose metadata was in ZooKeeper. */
  readonly isZooKeepers: boolean;
}

/** Keeps Kafka from starting in these directories until all are released; refused while it runs in one. */
export async function lockSources(disk: Disk, paths: readonly string[]): Promise<DiskLock> {
  const held: DiskLock[] = [];
  const release = async () => {
    for (const lock of held) await lock.release();
  };
  try {
    for (const path of paths) {
      try {
        held.push(await disk.lockShared(`${path}/${LOCK}`));
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        if (error.tag === 'busy') refuse(`Kafka is still running in ${path}`, 'stop it first (kafka-server-stop.sh)');
        // Kafka makes the file when it starts and leaves it there: without it nobody is in there.
        if (error.tag !== 'not-found') throw error;
      }
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Reads what there is to know without reading records. Fails with `ImportRefused`. */
export async function readSources(disk: Disk, paths: readonly string[]): Promise<Sources> {
  const metas: MetaProperties[] = [];
  let isZooKeepers = false;
  for (const path of paths) {
    const { meta, isOld } = await readMeta(disk, path);
    metas.push(meta);
    isZooKeepers ||= isOld;
  }
  const [first] = metas;
  if (first === undefined) refuse('no directory of Kafka was named', 'name its log directories (log.dirs)');
  for (const [index, meta] of metas.entries()) {
    if (meta.clusterId !== first.clusterId) {
      refuse(
        `${paths[index]} is of cluster ${meta.clusterId}, ${paths[0]} of cluster ${first.clusterId}`,
        'name the directories of one broker only',
      );
    }
    if (meta.nodeId !== first.nodeId) {
      refuse(
        `${paths[index]} is of broker ${meta.nodeId}, ${paths[0]} of broker ${first.nodeId}`,
        'name the directories of one broker only',
      );
    }
  }
  for (const [index, { directoryId }] of metas.entries()) {
    const other = metas.findIndex((meta) => meta.directoryId === directoryId);
    if (directoryId === undefined || other === index) continue;
    refuse(
      `${paths[index]} and ${paths[other]} have the same directory.id`,
      'name only one: the other is a copy of it',
    );
  }
  const directories: SourceDirectory[] = [];
  for (const [index, path] of paths.entries()) {
    directories.push({ ...(await surveyKafkaDirectory(disk, path)), meta: metas[index] ?? first });
  }
  const withMetadata = directories.find(({ names }) => names.includes(METADATA_LOG_DIRECTORY));
  return {
    clusterId: first.clusterId,
    nodeId: first.nodeId,
    directories,
    isZooKeepers,
    metadataLog:
      withMetadata === undefined
        ? undefined
        : await readMetadataLog(disk, `${withMetadata.path}/${METADATA_LOG_DIRECTORY}`),
  };
}

async function readMeta(disk: Disk, path: string): Promise<{ meta: MetaProperties; isOld: boolean }> {
  const stat = await disk.stat(path);
  if (stat === undefined)
    refuse(`there is no directory ${path}`, 'name one of log.dirs in server.properties', 'missing');
  if (!stat.isDirectory) refuse(`${path} is a file`, 'name one of log.dirs in server.properties');
  const names = await disk.list(path);
  if (names.includes(METADATA_FILE)) refuseSluices(path);
  const content = await disk.readFile(`${path}/${META_PROPERTIES}`);
  if (content === undefined) {
    const meant = await findLogDirectory(disk, path, names);
    refuse(
      `${path} is not a log directory of Kafka: it has no ${META_PROPERTIES}`,
      meant === undefined ? 'name one of log.dirs in server.properties' : `${meant} is one`,
    );
  }
  try {
    const meta = decodeMetaProperties(content, path);
    if (meta.formatVersion > 0) refuseSluices(path);
    return { meta, isOld: /^\s*version\s*=\s*0/m.test(content.toString('latin1')) };
  } catch (error) {
    if (!(error instanceof LogDirectoryError)) throw error;
    refuse(
      `${path}/${META_PROPERTIES} does not say whose data this is in a way that this Sluice knows`,
      'restore it from a copy (cluster.id, node.id, version=1), or use a newer Sluice',
    );
  }
}

function refuseSluices(path: string): never {
  refuse(`${path} is a data directory of Sluice already`, `use it: sluice start --data ${path}`);
}

async function findLogDirectory(disk: Disk, path: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names.slice(0, LOOKED_INTO_MAX)) {
    if ((await disk.stat(`${path}/${name}/${META_PROPERTIES}`)) !== undefined) return `${path}/${name}`;
  }
  return undefined;
}
