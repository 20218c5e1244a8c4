import type { NodeId, Uuid } from '@sluice/kernel/ids';
import { crc32c } from '@sluice/protocol/records/crc32c';
import { LogDirectoryError } from './log-directory-error.ts';

export const META_PROPERTIES = 'meta.properties';

/** Kafka's version of this file since KRaft. */
const FILE_VERSION = 1;
/**
 * What Sluice itself changed in the directory's layout; Kafka ignores the key. A version above this one was written by
 * a later Sluice.
 */
export const FORMAT_VERSION = 2;
const FORMAT_KEY = 'sluice.format.version';

/** Every line but the checksum's own. */
const LINES_CHECKED = -2;

/** Whose data a directory holds. */
export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  /** KIP-858. Absent in older directories of Kafka. */
  readonly directoryId: Uuid | undefined;
  /** 0 in a directory that Kafka made. */
  readonly formatVersion: number;
}

/** Kafka keeps no checksum in this file, and a flipped digit would make it another node's. */
const CHECKSUM_KEY = 'sluice.checksum';

export function encodeMetaProperties(meta: MetaProperties): string {
  const lines = [
    `version=${FILE_VERSION}`,
    `cluster.id=${meta.clusterId}`,
    `node.id=${meta.nodeId}`,
    ...(meta.directoryId === undefined ? [] : [`directory.id=${meta.directoryId}`]),
    `${FORMAT_KEY}=${meta.formatVersion}`,
  ];
  return `${[...lines, `${CHECKSUM_KEY}=${checksumOf(lines)}`].join('\n')}\n`;
}

function checksumOf(lines: readonly string[]): string {
  return crc32c(Buffer.from(lines.join('\n')))
    .toString(16)
    .padStart(8, '0');
}

/** Fails with a `LogDirectoryError` for what no version of Kafka or Sluice up to this one writes. */
export function decodeMetaProperties(content: Buffer, path: string): MetaProperties {
  const properties = new Map<string, string>();
  const lines = content.toString('utf8').split(/\r?\n/);
  for (const line of lines) {
    const match = /^\s*([^#!=:\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) properties.set(match[1], match[2].replace(/\\(.)/g, '$1'));
  }
  const checksum = properties.get(CHECKSUM_KEY);
  const isFlipped =
    checksum === undefined ? content.includes('sluice.') : checksum !== checksumOf(lines.slice(0, LINES_CHECKED));
  const formatVersion = Number(properties.get(FORMAT_KEY) ?? 0);
  const fileVersion = Number(properties.get('version'));
  if (!isFlipped && (formatVersion > FORMAT_VERSION || fileVersion > FILE_VERSION)) {
    throw new LogDirectoryError(
      'newer-version',
      path,
      `${path} was written by a newer version of Sluice; use that one`,
    );
  }
  const clusterId = properties.get('cluster.id');
  // Kafka before KRaft wrote version 0 and called the node a broker.
  const nodeId = Number(properties.get('node.id') ?? properties.get('broker.id'));
  const isSane = Number.isInteger(fileVersion) && Number.isInteger(formatVersion) && Number.isInteger(nodeId);
  if (clusterId === undefined || !isSane || formatVersion < 0 || isFlipped) {
    throw new LogDirectoryError('damaged', path, `${path}/${META_PROPERTIES} does not say whose data this is`);
  }
  return { clusterId, nodeId, directoryId: properties.get('directory.id'), formatVersion };
}
