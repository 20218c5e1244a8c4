import { LOST_DIRECTORY, type NodeId } from '@sluice/kernel/ids';
import type { BrokerImage, ClusterImage, PartitionState } from '@sluice/metadata/image/cluster-image';

export interface BrokerAddress {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

/** The brokers with their addresses on the listener that the client came through; without such a listener it sees none. */
export function brokersOn(image: ClusterImage, listenerName: string): BrokerAddress[] {
  return [...image.brokers.values()].flatMap((broker) => {
    const endpoint = broker.endpoints.find(({ name }) => name === listenerName);
    if (endpoint === undefined) return [];
    const { host, port } = endpoint;
    return [{ nodeId: broker.id, host, port, rack: broker.rack, isFenced: isFenced(broker) }];
  });
}

export function isFenced(broker: BrokerImage): boolean {
  return broker.state === 'fenced';
}

/** Replicas whose broker is gone or fenced, or whose log directory has failed. */
export function offlineReplicas(image: ClusterImage, state: PartitionState): NodeId[] {
  return state.replicas.filter((replica, index) => {
    if (state.directories[index] === LOST_DIRECTORY) return true;
    const broker = image.brokers.get(replica);
    return broker === undefined || isFenced(broker);
  });
}
