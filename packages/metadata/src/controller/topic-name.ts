/** A topic's name names its directory too, with a partition behind it. */
export const TOPIC_NAME_LENGTH_MAX = 249;

/** KRaft's log: there is no such topic here, and nobody may make one. */
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';

/** Why Kafka would refuse the name, for people; `undefined` if it is valid. */
export function validateTopicName(name: string): string | undefined {
  if (name === '') return "Topic name is invalid: it is empty ('').";
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is reserved.`;
  if (name.length > TOPIC_NAME_LENGTH_MAX) {
    return `Topic name is invalid: it has ${name.length} characters, more than ${TOPIC_NAME_LENGTH_MAX}.`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `Topic name is invalid: '${name}' has characters other than ASCII letters, digits, '.', '_' and '-'.`;
  }
  return undefined;
}
