import type { BrokerAddress } from '@sluice/client/broker-address';
import { createCluster } from '@sluice/client/cluster';
import type { Clock } from '@sluice/kernel/clock';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import type { KafkaLog } from './kafka-log.ts';
import { createLogFetcher } from './log-fetcher.ts';
import { createLogProducer } from './log-producer.ts';
import { openShareGroups } from './open-share-groups.ts';
import { createTopic, deleteTopic, growTopic, setTopic } from './topic-admin.ts';
import { createTopicDirectory } from './topic-directory.ts';

export interface KafkaLogOptions {
  readonly bootstrap: readonly BrokerAddress[];
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  /** For each request; what fails in passing is tried again for as long. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * A Kafka cluster as a log for doors: nothing is dialled before the first call. Answers of one connection come in
 * order, so what may wait has a connection of its own: a read that waits for records holds up no other.
 */
export function openKafkaLog(options: KafkaLogOptions): KafkaLog {
  const { bootstrap, network, clock, random, timeoutMs = TIMEOUT_MS } = options;
  const connect = (purpose: string) =>
    createCluster({ network, clock, bootstrap, timeoutMs, clientId: `sluice-aws-${purpose}` });
  const [asking, writing, reading, waiting] = [connect('admin'), connect('write'), connect('read'), connect('wait')];
  const producer = createLogProducer(writing, createTopicDirectory(writing));
  const fetcher = createLogFetcher(reading, createTopicDirectory(reading));
  const waitingFetcher = createLogFetcher(waiting, createTopicDirectory(waiting));
  const directory = createTopicDirectory(asking);

  return {
    topics: () => directory.topics(),
    topic: (name) => directory.topic(name),
    createTopic: (name, options) => createTopic(asking, name, options),
    growTopic: (name, count) => growTopic(asking, name, count),
    deleteTopic: (name) => deleteTopic(asking, name),
    setTopic: (name, settings) => setTopic(asking, name, settings),
    append: producer.append,
    read: fetcher.read,
    waitForRecords: waitingFetcher.waitForRecords,
    offsets: fetcher.offsets,
    shareGroups: openShareGroups({ cluster: asking, bootstrap, network, random }),
    async close() {
      for (const cluster of [asking, writing, reading, waiting]) cluster.close();
    },
  };
}
