import type { Broker } from '@sluice/client/broker';
import type { Cluster } from '@sluice/client/cluster';
import type { ConfigKind } from '../commands/config.ts';
import { CliFailure } from '../failure.ts';

/** The name that stands for what holds on all brokers; Kafka has the empty name for it. */
const ALL_BROKERS = 'default';

/** Who must be asked about the settings of a topic, a broker or a group, and under which name. */
export async function resourceOf(
  cluster: Cluster,
  kind: ConfigKind,
  name: string,
): Promise<{ broker: Broker; resourceName: string }> {
  if (kind !== 'broker') return { broker: await cluster.controller(), resourceName: name };
  if (name === ALL_BROKERS) return { broker: await cluster.controller(), resourceName: '' };
  if (!/^\d+$/.test(name)) throw new CliFailure('usage', `${name} is no broker`, 'give its id, or "default" for all');
  const { brokers } = await cluster.metadata([]);
  const nodeId = Number(name);
  if (!brokers.some((broker) => broker.nodeId === nodeId)) {
    throw new CliFailure('not-found', `there is no broker ${name}`, '`sluice cluster describe` shows them');
  }
  // Only the broker itself knows what it was started with.
  return { broker: await cluster.broker(nodeId), resourceName: name };
}
