import type { TopicsView, TopicView } from '../group-environment.ts';
import { xxh3 } from './xxh3.ts';

/** Says which of its versions the hash of a topic is; Kafka has had one. */
const TOPIC_HASH_VERSION = 0;

/**
 * The hash that a consumer group's record keeps of the topics that it subscribes to (KIP-1101): when it differs, topics
 * came or went, or got partitions, or moved between racks. The same as Kafka's, so that a group that Kafka wrote is not
 * rebalanced for it.
 */
export interface TopicHashes {
  /** 0 if none of the topics exists. */
  ofTopics(names: Iterable<string>): bigint;
}

/** Keeps what it computed until the topics change. */
export function createTopicHashes(topics: TopicsView): TopicHashes {
  const hashes = new Map<string, bigint>();
  let version: number | undefined;

  function ofTopic(topic: TopicView): bigint {
    let hash = hashes.get(topic.name);
    if (hash === undefined) {
      hash = hashOfTopic(topic);
      hashes.set(topic.name, hash);
    }
    return hash;
  }

  return {
    ofTopics(names) {
      if (version !== topics.version) hashes.clear();
      version = topics.version;
      const existing: TopicView[] = [];
      for (const name of names) {
        const topic = topics.byName(name);
        if (topic !== undefined) existing.push(topic);
      }
      if (existing.length === 0) return 0n;
      existing.sort((a, b) => (a.name < b.name ? -1 : 1));
      const bytes = Buffer.allocUnsafe(8 * existing.length);
      for (const [index, topic] of existing.entries()) bytes.writeBigInt64LE(ofTopic(topic), 8 * index);
      return xxh3(bytes);
    },
  };
}

/** The fields in hash4j's encoding: numbers little-endian, of strings their UTF-16 units and then how many. */
export function hashOfTopic(topic: TopicView): bigint {
  const id = Buffer.from(topic.id, 'base64url');
  const pieces = [
    Buffer.of(TOPIC_HASH_VERSION),
    // Java has the id as two numbers.
    id.subarray(0, 8).reverse(),
    id.subarray(8, 16).reverse(),
    ...textPieces(topic.name),
    int32(topic.partitionCount),
  ];
  for (let partition = 0; partition < topic.partitionCount; partition++) {
    pieces.push(int32(partition));
    for (const rack of topic.racks(partition)) pieces.push(int32(rack.length), ...textPieces(rack));
  }
  return xxh3(Buffer.concat(pieces));
}

function textPieces(text: string): [Buffer, Buffer] {
  return [Buffer.from(text, 'utf16le'), int32(text.length)];
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value);
  return bytes;
}
