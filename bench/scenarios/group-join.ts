import { load } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

const MEMBERS = 100;
const WARM_UP_ROUNDS = 5;
/** No delay hides what a broker needs; members look every 100 ms. */
const SETTINGS = {
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '100',
};

export const groupJoinClassic: Scenario = joinOf('classic');
export const groupJoinConsumer: Scenario = joinOf('consumer');

function joinOf(protocol: 'classic' | 'consumer'): Scenario {
  return {
    name: `group-join-${protocol}`,
    title: `${MEMBERS} members join a ${protocol} group at once, until it is stable`,
    method:
      `${MEMBERS} members, each on a connection of its own, join a new group of the ${protocol} protocol at once and ` +
      'heartbeat every 100 ms, until all are in one generation and hold all 100 partitions; all delays of the broker at 0.',
    figures: [
      { name: 'stableMs', unit: 'ms', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
      { name: 'cpuSeconds', unit: 'broker CPU-s', isMoreBetter: false },
    ],
    run: (options) =>
      sideBySide(options, {
        settings: SETTINGS,
        prepare: async (server) => {
          await load('topic', server, 'joined', { partitions: MEMBERS });
          for (let round = 0; round < WARM_UP_ROUNDS; round++) await joinOnce(server, protocol);
        },
        measure: (server) => joinOnce(server, protocol),
      }),
  };
}

function joinOnce(server: Server, protocol: string) {
  const flags = { protocol, partitions: MEMBERS, members: MEMBERS, heartbeat: '100ms', pid: server.pid };
  return load<{ stableMs: number; cpuSeconds: number }>('join', server, 'joined', flags);
}
