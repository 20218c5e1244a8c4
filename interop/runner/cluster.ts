import { freePort } from '../../scripts/kafka/free-port.ts';
import { newClusterId } from '../../scripts/kafka/start-kafka.ts';
import { type Server, type Settings, startServer } from './server.ts';

const nodeIds = [1, 2, 3];

/** Each partition on all nodes, and two of them must have what is acknowledged; a dead node is noticed soon. */
const clusterSettings: Settings = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'offsets.topic.num.partitions': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'share.coordinator.state.topic.replication.factor': '3',
  'share.coordinator.state.topic.min.isr': '2',
  'broker.session.timeout.ms': '4000',
  'broker.heartbeat.interval.ms': '1000',
  'leader.imbalance.check.interval.seconds': '5',
};

/** Three nodes of Apache Kafka, each a controller as well. Each end is that of the next node: its partitions get other leaders. */
export async function startKafkaCluster(settings: Settings = {}): Promise<Server> {
  const clusterId = newClusterId();
  const places = await Promise.all(
    nodeIds.map(async (nodeId) => ({ nodeId, port: await freePort(), controllerPort: await freePort() })),
  );
  const voters = places.map(({ nodeId, controllerPort }) => `${nodeId}@127.0.0.1:${controllerPort}`).join();
  const starting = await Promise.allSettled(
    places.map(({ nodeId, port, controllerPort }) => {
      const own = {
        ...clusterSettings,
        ...settings,
        'node.id': `${nodeId}`,
        'controller.quorum.voters': voters,
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      };
      return startServer('kafka', own, 1, { port, clusterId });
    }),
  );
  const nodes = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const removeAll = async () => {
    await Promise.all(nodes.map((node) => node.remove()));
  };
  const failed = starting.find((one) => one.status === 'rejected');
  const [first] = nodes;
  if (failed !== undefined || first === undefined) {
    await removeAll();
    throw failed?.reason;
  }
  let turn = 0;
  const current = () => nodes[turn % nodes.length] ?? first;
  return {
    ...first,
    kind: 'kafka-cluster',
    bootstrap: nodes.map(({ bootstrap }) => bootstrap).join(),
    output: () => nodes.map((node) => node.output()).join('\n'),
    end: (signal) => current().end(signal),
    startAgain: async () => {
      await current().startAgain();
      turn++;
    },
    remove: removeAll,
  };
}
