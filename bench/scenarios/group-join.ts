import { load } from '../load.ts';
import { type Figures, median, type Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Join {
  readonly stableMs: number;
  readonly cpuSeconds: number;
}

const MEMBERS = 100;
const WARM_UP_ROUNDS = 5;
/** The median of so many joins is one run: a join takes a fraction of a second. */
const JOINS_PER_RUN = 7;
const HEARTBEAT_INTERVAL_MS = 10;
/** No delay hides what a broker needs: with defaults both would wait for the same seconds. */
const SETTINGS = {
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.consumer.min.heartbeat.interval.ms': String(HEARTBEAT_INTERVAL_MS),
  'group.consumer.heartbeat.interval.ms': String(HEARTBEAT_INTERVAL_MS),
};

export const groupJoinClassic: Scenario = joinOf('classic');
export const groupJoinConsumer: Scenario = joinOf('consumer');

function joinOf(protocol: 'classic' | 'consumer'): Scenario {
  return {
    name: `group-join-${protocol}`,
    title: `${MEMBERS} members join a ${protocol} group at once, until it is stable`,
    method:
      `${MEMBERS} members, each on a connection of its own, join a new group of the ${protocol} protocol at once and ` +
      'heartbeat every 10 ms, until all are in one generation and hold all 100 partitions; all delays of the broker at 0. ' +
      'A run is the median of 7 joins.',
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
        measure: (server) => joinSome(server, protocol),
      }),
  };
}

async function joinSome(server: Server, protocol: string): Promise<Figures> {
  const joins: Join[] = [];
  for (let n = 0; n < JOINS_PER_RUN; n++) joins.push(await joinOnce(server, protocol));
  return {
    stableMs: median(joins.map(({ stableMs }) => stableMs)),
    cpuSeconds: joins.reduce((sum, join) => sum + join.cpuSeconds, 0) / joins.length,
  };
}

function joinOnce(server: Server, protocol: string): Promise<Join> {
  const heartbeat = `${HEARTBEAT_INTERVAL_MS}ms`;
  const flags = { protocol, partitions: MEMBERS, members: MEMBERS, heartbeat, pid: server.pid };
  return load<Join>('join', server, 'joined', flags);
}
