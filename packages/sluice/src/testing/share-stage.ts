import { createTopic } from '@sluice/broker/testing/requests';
import { connectTestClient, type TestClient } from '@sluice/broker/testing/test-client';
import { createBatchSender } from '@sluice/client/batch-sender';
import { createCluster } from '@sluice/client/cluster';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ShareConsumer, type ShareConsumerOptions, stringDeserializers } from '../client.ts';
import { configureGroups } from '../configure-groups.ts';

/** Heartbeats and locks short enough to wait for. */
export const SHARE_SETTINGS: Readonly<Record<string, string>> = {
  'group.share.min.heartbeat.interval.ms': '500',
  'group.share.heartbeat.interval.ms': '500',
  'group.share.min.record.lock.duration.ms': '1000',
};

/** A topic that a share group reads from its beginning, unless its settings say otherwise; both have the name. */
export async function prepareShare(
  bootstrap: string,
  name: string,
  group: GroupSettings = {},
  partitionCount = 1,
): Promise<void> {
  await withClient(bootstrap, (client) => createTopic(client, name, partitionCount));
  await configureShare(bootstrap, name, { 'share.auto.offset.reset': 'earliest', ...group });
}

export async function configureShare(bootstrap: string, group: string, settings: GroupSettings): Promise<void> {
  await configureGroups(bootstrap, [{ id: group, settings }]);
}

type GroupSettings = Readonly<Record<string, string>>;

async function withClient(bootstrap: string, work: (client: TestClient) => Promise<unknown>): Promise<void> {
  const client = await connectTestClient(Number(bootstrap.split(':')[1]));
  try {
    await work(client);
  } finally {
    client.close();
  }
}

/** Writes these values, each list as one batch, to partition 0 if none is said. */
export async function fill(
  bootstrap: string,
  topic: string,
  batches: readonly (readonly (string | null)[])[],
  codec: Codec = 'none',
  partition = 0,
): Promise<void> {
  const [host = '', port] = bootstrap.split(':');
  const options = { network: realNetwork, clock: realClock, clientId: 'fill', timeoutMs: 10_000 };
  const cluster = createCluster({ ...options, bootstrap: [{ host, port: Number(port) }] });
  try {
    const sender = await createBatchSender(cluster, { topic, acks: -1, codec });
    for (const values of batches) {
      await sender.send([{ partition, records: values.map((value) => ({ value, timestampMs: 1 })) }]);
    }
  } finally {
    cluster.close();
  }
}

type Options = Partial<ShareConsumerOptions<string, string, string, string>>;

/** A member of the group that has the topic's name; explicit unless it is said otherwise. */
export function worker(bootstrap: string, name: string, options: Options = {}) {
  return new ShareConsumer<string, string, string, string>({
    clientId: 'worker',
    groupId: name,
    topics: [name],
    bootstrapBrokers: [bootstrap],
    deserializers: stringDeserializers,
    acknowledgementMode: 'explicit',
    timeout: 10_000,
    ...options,
  });
}

export type Worker = ReturnType<typeof worker>;

/** Takes and accepts all until the group has nothing left for it, and leaves: `value×count`. */
export async function drain(bootstrap: string, name: string, count: number): Promise<string[]> {
  await using consumer = worker(bootstrap, name);
  const values: string[] = [];
  if (count === 0) return values;
  for await (const message of consumer) {
    values.push(`${message.value}×${message.deliveryCount}`);
    message.accept();
    if (values.length === count) break;
  }
  return values;
}
