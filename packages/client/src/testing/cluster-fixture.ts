import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimNetwork } from '@sluice/kernel/sim/network';
import { createCluster } from '../cluster.ts';
import { type Script, startScriptedBroker } from './scripted-broker.ts';

export const BROKER = { host: 'broker-1', port: 9092 };
export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** Scripted brokers `broker-1`, `broker-2` … on virtual time, and a client of them. */
export async function startFixture(...scripts: readonly Script[]) {
  const clock = createSimClock();
  const network = createSimNetwork({ clock });
  const brokers = await Promise.all(
    scripts.map((script, index) => startScriptedBroker(network.host(`broker-${index + 1}`), BROKER.port, script)),
  );
  const options = { network: network.host('client'), clock, clientId: 'test', timeoutMs: 5_000 };
  const cluster = createCluster({ ...options, bootstrap: [BROKER] });

  /** Moves time on until the promise has settled. */
  async function settled<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    promise.then(
      () => {
        isSettled = true;
      },
      () => {
        isSettled = true;
      },
    );
    await clock.runUntil(() => isSettled);
    return await promise;
  }

  return { clock, network, brokers, options, cluster, settled };
}

/** A metadata answer: brokers 1 … n on `broker-1` …, and one topic whose partitions have these leaders. */
export function metadataOf(topic: string, leaders: readonly number[], brokerCount = 1) {
  return {
    brokers: Array.from({ length: brokerCount }, (_, index) => ({
      nodeId: index + 1,
      host: `broker-${index + 1}`,
      port: BROKER.port,
      rack: null,
    })),
    clusterId: 'cluster',
    controllerId: 1,
    topics: [
      {
        errorCode: 0,
        name: topic,
        topicId: TOPIC_ID,
        isInternal: false,
        partitions: leaders.map((leaderId, partitionIndex) => ({
          errorCode: leaderId < 0 ? 5 : 0,
          partitionIndex,
          leaderId,
          leaderEpoch: 0,
          replicaNodes: [1],
          isrNodes: [1],
        })),
      },
    ],
  };
}
