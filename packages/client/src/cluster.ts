import type { Clock } from '@sluice/kernel/clock';
import type { NodeId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { type MetadataResponse, metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { type Broker, openBroker } from './broker.ts';
import type { BrokerAddress } from './broker-address.ts';
import { ClientError } from './client-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { KafkaError } from './kafka-error.ts';
import { createLasting, type Lasting } from './lasting-broker.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
/** Null asks for all topics from here on; an empty list did before. */
const NULL_MEANS_ALL_FROM = 1;

export interface ClusterOptions extends ConnectionOptions {
  /** Asked in turn until one answers. */
  readonly bootstrap: readonly BrokerAddress[];
}

/** A cluster as a client sees it: one connection a broker, dialled when it is needed. */
export interface Cluster {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Any broker that answers. Fails with the `ClientError` of the first bootstrap address. */
  any(): Promise<Broker>;
  /** The broker with this id, as the metadata last said. */
  broker(nodeId: NodeId): Promise<Broker>;
  /** Where to send what changes the cluster: the controller where brokers do not forward, any broker elsewhere. */
  controller(): Promise<Broker>;
  /** Asks anew. Topics that cannot be described carry an error code. */
  metadata(
    topics: readonly string[] | 'all',
    options?: { allowAutoTopicCreation?: boolean },
  ): Promise<MetadataResponse>;
  close(): void;
}

export function createCluster(options: ClusterOptions): Cluster {
  const addresses = new Map<NodeId, BrokerAddress>();
  const byNode = new Map<NodeId, Lasting>();
  let isClosed = false;

  const first = createLasting(async () => {
    let failure: unknown;
    for (const address of [...options.bootstrap, ...addresses.values()]) {
      try {
        return keep(await openBroker(address, options));
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure ?? new ClientError('no-such-address', '', 'no bootstrap address was given');
  });

  /** A connection that comes after `close` is closed at once. */
  function keep(broker: Broker): Broker {
    if (isClosed) broker.close();
    return broker;
  }

  async function dialNode(nodeId: NodeId): Promise<Broker> {
    const address = addresses.get(nodeId);
    if (address === undefined) throw new ClientError('no-such-address', '', `the cluster names no broker ${nodeId}`);
    return keep(await openBroker(address, options));
  }

  function broker(nodeId: NodeId): Promise<Broker> {
    const known = byNode.get(nodeId) ?? createLasting(() => dialNode(nodeId));
    byNode.set(nodeId, known);
    return known.get();
  }

  async function metadata(
    topics: readonly string[] | 'all',
    { allowAutoTopicCreation = false }: { allowAutoTopicCreation?: boolean } = {},
  ): Promise<MetadataResponse> {
    const asked = await first.get();
    const response = await asked.request(METADATA, (version) => ({
      topics: topics === 'all' ? (version >= NULL_MEANS_ALL_FROM ? null : []) : topics.map((name) => ({ name })),
      allowAutoTopicCreation,
    }));
    if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
    for (const { nodeId, host, port } of response.brokers) addresses.set(nodeId, { host, port });
    return response;
  }

  return {
    clock: options.clock,
    timeoutMs: options.timeoutMs,
    any: first.get,
    broker,
    async controller() {
      const { controllerId } = await metadata([]);
      return controllerId >= 0 ? await broker(controllerId) : await first.get();
    },
    metadata,
    close() {
      isClosed = true;
      for (const { close } of [first, ...byNode.values()]) close();
    },
  };
}
