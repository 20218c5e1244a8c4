/** The name of a partition's directory. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

const PARTITION_NAME = /^(.+)-(0|[1-9]\d{0,9})$/;
const FUTURE_NAME = /^(.+-(?:0|[1-9]\d{0,9}))\.[\da-f]{32}-future$/;
const DELETED_NAME = /^.+\.[\da-f]{32}-delete$/;
/** Kafka's metadata log: brokers do not serve it. */
const METADATA_LOG = '__cluster_metadata-0';
/** What the longest file name on common file systems leaves for Kafka's `<topic>-<partition>.<32 hex>-delete`. */
const NAME_LENGTH_MAX = 255;
const DELETED_PART_LENGTH = '.'.length + 32 + '-delete'.length;

export function parsePartitionName(name: string): { topic: string; partition: number } | undefined {
  const match = PARTITION_NAME.exec(name);
  if (match?.[1] === undefined || name === METADATA_LOG) return undefined;
  return { topic: match[1], partition: Number(match[2]) };
}

/** The name under which a deleted partition waits for its removal; a long topic's name is cut, as Kafka does. */
export function deletedPartitionName(name: string, unique: string): string {
  return `${name.slice(0, NAME_LENGTH_MAX - DELETED_PART_LENGTH)}.${unique}-delete`;
}

/** The name under which a partition's log from another directory is put together. Not cut: see `isTooLongToMove`. */
export function futurePartitionName(name: string, unique: string): string {
  return `${name}.${unique}-future`;
}

/** The partition's name in the name of a future log. */
export function parseFuturePartitionName(name: string): string | undefined {
  return FUTURE_NAME.exec(name)?.[1];
}

/** Kafka moves no partition whose future log would have a name that is too long (KAFKA-4893). */
export function isTooLongToMove(name: string): boolean {
  return futurePartitionName(name, '0'.repeat(32)).length > NAME_LENGTH_MAX;
}

/** The name of a log that belongs to no topic of the cluster, and is kept for its owner to look at. */
export function strayPartitionName(name: string, unique: string): string {
  return `${name.slice(0, NAME_LENGTH_MAX - '.-stray'.length - 32)}.${unique}-stray`;
}

export function isDeletedPartition(name: string): boolean {
  return DELETED_NAME.test(name);
}
