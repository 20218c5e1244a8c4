import { createHash } from 'node:crypto';
import { type LeaderEpoch, type NodeId, type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { uuidFromRandomBytes } from '@sluice/kernel/uuid';
import type { SurveyedPartition } from '@sluice/log/import/survey-kafka-directory';
import type { KafkaMetadata, KafkaPartition, KafkaTopic } from '@sluice/metadata/kafka/kafka-metadata';
import type { ImportProblem } from './import-refused.ts';
import type { SourceDirectory } from './read-sources.ts';

export interface PlannedTopicPartition {
  /** `undefined`: not here; it is made empty. */
  readonly source: SurveyedPartition | undefined;
  /** Above all that any of its records, or a client, may know. */
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: number;
}

export interface PlannedTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: readonly PlannedTopicPartition[];
  readonly missing: readonly number[];
}

export interface TopicsPlan {
  readonly topics: readonly PlannedTopic[];
  readonly problems: readonly ImportProblem[];
  readonly leftOut: readonly string[];
  /** Topics that had more replicas than the one that is here. */
  readonly replicatedCount: number;
}

export interface TopicsInput {
  /** `undefined`: topics are what the directories' names say. */
  readonly metadata: KafkaMetadata | undefined;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly directories: readonly SourceDirectory[];
  readonly partial: boolean;
  readonly exclude: ReadonlySet<string>;
}

/** Which topics come over, with which of the partitions that lie here. */
export function planTopics(input: TopicsInput): TopicsPlan {
  const { metadata, exclude } = input;
  const problems: ImportProblem[] = [];
  const leftOut: string[] = [];
  const byName = new Map<string, SurveyedPartition>();
  for (const { partitions } of input.directories) {
    for (const found of partitions) {
      const other = byName.get(found.name);
      if (other === undefined) byName.set(found.name, found);
      else
        problems.push({
          message: `${other.path} and ${found.path} are the same partition`,
          hint: 'leave the topic out with --exclude, or move the one that Kafka does not use away',
        });
    }
  }
  const known = metadata === undefined ? topicsOfNames(byName, input) : [...metadata.topics.values()];
  const wanted = known
    .filter(({ name }) => !exclude.has(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const name of [...exclude].sort()) {
    if (known.some((topic) => topic.name === name)) leftOut.push(`topic ${name}, because --exclude says so`);
    else problems.push({ message: `there is no topic ${name} to exclude`, hint: 'see the list that --dry-run prints' });
  }
  const topics = wanted.map((topic) => planTopic(topic, input, byName, problems));
  const taken = new Set(topics.flatMap(({ partitions }) => partitions.map(({ source }) => source)));
  for (const found of byName.values()) {
    if (taken.has(found) || exclude.has(found.topic)) continue;
    leftOut.push(`${found.path}, because the cluster's metadata has no such partition of that topic id`);
  }
  return {
    topics,
    problems,
    leftOut,
    replicatedCount: wanted.filter((topic) => [...topic.partitions.values()].some((state) => state.replicas.length > 1))
      .length,
  };
}

type KnownTopic = Pick<KafkaTopic, 'name' | 'id'> & { readonly partitions: ReadonlyMap<number, KafkaPartition> };

function planTopic(
  { name, id, partitions }: KnownTopic,
  input: TopicsInput,
  byName: ReadonlyMap<string, SurveyedPartition>,
  problems: ImportProblem[],
): PlannedTopic {
  const planned: PlannedTopicPartition[] = [];
  const missing: { readonly partition: number; readonly why: string }[] = [];
  const oldFormats: string[] = [];
  const count = Math.max(0, ...[...partitions.keys()].map((index) => index + 1));
  for (let index = 0; index < count; index++) {
    const state = partitions.get(index);
    const found = byName.get(`${name}-${index}`);
    const isOurs = found !== undefined && (found.topicId === undefined || found.topicId === id);
    const why = state === undefined ? 'nowhere to be found' : absence(state, isOurs, input);
    const source = isOurs && (why === undefined || input.partial) ? found : undefined;
    if (why !== undefined) missing.push({ partition: index, why });
    if (source?.oldFormatFile !== undefined) oldFormats.push(`${source.name}/${source.oldFormatFile}`);
    planned.push({
      source,
      leaderEpoch: Math.max(state?.leaderEpoch ?? 0, source?.latestEpoch ?? -1) + 1,
      partitionEpoch: (state?.partitionEpoch ?? 0) + 1,
    });
  }
  if (oldFormats.length > 0) {
    problems.push({
      message: `topic ${name} has messages in the format of Kafka before 0.11 (${oldFormats.slice(0, 3).join(', ')}), which Sluice cannot serve`,
      hint: `copy it to a new topic with Kafka's own tools first, or leave it out with --exclude ${name}`,
    });
  }
  if (input.metadata?.configs.some((each) => each.type === 'topic' && each.name === name && isTiered(each.values))) {
    problems.push({
      message: `topic ${name} is tiered: some of its segments are in remote storage, which Sluice cannot read`,
      hint: `turn remote.storage.enable off in Kafka and let it fetch them back, or leave it out with --exclude ${name}`,
    });
  }
  const [first] = missing;
  if (first !== undefined && !input.partial) {
    const numbers = missing.map(({ partition }) => partition);
    problems.push({
      message: `topic ${name} is not here as a whole: of ${count} partitions ${listed(numbers)} ${numbers.length === 1 ? 'is' : 'are'} missing (${first.why})`,
      hint: `take what is here with --partial, or leave it out with --exclude ${name}`,
    });
  }
  // One whose records came although they may not be all of them is not made empty.
  const lost = missing.map(({ partition }) => partition).filter((index) => planned[index]?.source === undefined);
  return { name, id, partitions: planned, missing: lost };
}

/** Why the records of a partition are not here, or not all of them; `undefined`: they are. */
function absence(state: KafkaPartition, isHere: boolean, { nodeId, directories }: TopicsInput): string | undefined {
  const place = state.replicas.indexOf(nodeId);
  if (place === -1)
    return `its replicas are on broker${state.replicas.length === 1 ? '' : 's'} ${listed(state.replicas)}`;
  if (isHere) {
    // A single replica's ISR is itself, also where a controlled shutdown has emptied it.
    const inSync = [...state.isr, ...state.elr];
    const isBehind = state.replicas.length > 1 && inSync.length > 0 && !inSync.includes(nodeId);
    return isBehind
      ? `this replica was not in sync; broker${inSync.length === 1 ? '' : 's'} ${listed(inSync)} had more`
      : undefined;
  }
  const directory = state.directories[place];
  // Made, but never placed: there is nothing in it.
  if (directory === ZERO_UUID) return undefined;
  const isNamed = directories.some(({ meta }) => meta.directoryId === directory);
  if (directory === undefined || isNamed) return 'its directory is gone';
  return `it is in a log directory that was not named, of id ${directory}`;
}

function isTiered(values: ReadonlyMap<string, string>): boolean {
  return values.get('remote.storage.enable')?.trim().toLowerCase() === 'true';
}

/** Topics as far as the directories know them. */
function topicsOfNames(
  byName: ReadonlyMap<string, SurveyedPartition>,
  { clusterId, nodeId }: TopicsInput,
): KnownTopic[] {
  const state = {
    replicas: [nodeId],
    isr: [],
    elr: [],
    leader: -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [],
  };
  const topics = new Map<string, { name: string; id: Uuid; partitions: Map<number, KafkaPartition> }>();
  for (const { topic: name, topicId, partition } of byName.values()) {
    const topic = topics.get(name) ?? { name, id: topicId ?? idOf(clusterId, name), partitions: new Map() };
    topic.partitions.set(partition, state);
    topics.set(name, topic);
  }
  return [...topics.values()];
}

/** An id for a topic of Kafka before 2.8, which had none; the same at each attempt. */
function idOf(clusterId: string, topic: string): Uuid {
  for (let attempt = 0; ; attempt++) {
    const digest = createHash('sha256')
      .update(JSON.stringify([clusterId, topic, attempt]))
      .digest();
    const id = uuidFromRandomBytes(digest.subarray(0, 16));
    if (id !== undefined) return id;
  }
}

const LISTED_MAX = 8;

function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, LISTED_MAX).join(', ');
  return numbers.length > LISTED_MAX ? `${shown} and ${numbers.length - LISTED_MAX} more` : shown;
}
