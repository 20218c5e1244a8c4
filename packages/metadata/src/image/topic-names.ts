/** A topic's name: what Kafka accepts, and what it takes for the same in a metric's name. */
export const TOPIC_NAME_LENGTH_MAX = 249;

/** Kept by the cluster itself; clients see them as internal. */
const internalTopics: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** KRaft's log: never a topic here, and its name stays refused. */
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';

export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name);
}

/** Why the name is not valid, or `undefined` if it is. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return `'${name}' is reserved`;
  if (name.length > TOPIC_NAME_LENGTH_MAX) {
    return `it has ${name.length} characters, more than ${TOPIC_NAME_LENGTH_MAX}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `'${name}' has characters other than ASCII letters, digits, '.', '_', '-'`;
  return undefined;
}

/**
 * The spelling under which names collide, or `undefined` if this one cannot: metrics write `.` as `_`.
 */
export function collisionName(name: string): string | undefined {
  return /[._]/.test(name) ? name.replaceAll('.', '_') : undefined;
}
