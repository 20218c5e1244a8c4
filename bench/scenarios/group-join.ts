import { durabilitySettings, PROMISES } from '../durability-settings.ts';
import { load } from '../load.ts';
import { type Figures, median, type Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Join extends Record<(typeof TIMES)[number], number> {
  readonly cpuSeconds: number;
  readonly clientCpuSeconds: number;
}

const TIMES = ['stableMs', 'admittedMs', 'movedMs', 'requests'] as const;

const MEMBERS = 100;
/**
 * A broker that was just started compiles its code: both are given the time to. After so many, each of them also has written
 * to most of the fifty partitions of __consumer_offsets before, of which every new group takes another.
 */
const WARM_UP_ROUNDS = 100;
/** The median of so many joins is one run: a join takes a fraction of a second. */
const JOINS_PER_RUN = 15;
const HEARTBEAT_INTERVAL_MS = 10;
/** No delay hides what a broker needs: with defaults both would wait for the same seconds. */
const SETTINGS = {
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.consumer.min.heartbeat.interval.ms': String(HEARTBEAT_INTERVAL_MS),
  'group.consumer.heartbeat.interval.ms': String(HEARTBEAT_INTERVAL_MS),
};

export const groupJoins: readonly Scenario[] = PROMISES.flatMap((promise) =>
  (['classic', 'consumer'] as const).map((protocol) => joinOf(protocol, promise)),
);

function joinOf(protocol: 'classic' | 'consumer', { promised, suffix, said }: (typeof PROMISES)[number]): Scenario {
  return {
    name: `group-join-${protocol}${suffix}`,
    title: `${MEMBERS} members join a ${protocol} group at once, until it is stable, ${promised}`,
    method:
      `${MEMBERS} members, each on a connection of its own, join a new group of the ${protocol} protocol at once and ` +
      'heartbeat every 10 ms, until all are in one generation and hold all 100 partitions; all delays of the broker at 0. ' +
      `A run is the median of ${JOINS_PER_RUN} joins, after ${WARM_UP_ROUNDS} to warm up. Of its time line: when the last member ` +
      'had its first answer, and when the last had come into the final generation; what remains are SyncGroup, or ' +
      `the heartbeats in which members learn what others have given up. ${said}`,
    figures: [
      { name: 'stableMs', unit: 'ms', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
      { name: 'cpuSeconds', unit: 'broker CPU-s', isMoreBetter: false },
      { name: 'admittedMs', unit: 'ms until all were answered once', isMoreBetter: false },
      { name: 'movedMs', unit: 'ms until all are in the final generation', isMoreBetter: false },
      { name: 'requests', unit: 'requests of all members', isMoreBetter: false },
      { name: 'clientCpuSeconds', unit: 'CPU-s of the members themselves', isMoreBetter: false },
    ],
    run: (options) =>
      sideBySide(options, {
        settings: (server) => ({ ...SETTINGS, ...durabilitySettings(promised)(server) }),
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
    ...Object.fromEntries(TIMES.map((name) => [name, median(joins.map((join) => join[name]))])),
    // Processes' times come in ticks of 10 ms: a single join's says little.
    cpuSeconds: mean(joins.map(({ cpuSeconds }) => cpuSeconds)),
    clientCpuSeconds: mean(joins.map(({ clientCpuSeconds }) => clientCpuSeconds)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function joinOnce(server: Server, protocol: string): Promise<Join> {
  const heartbeat = `${HEARTBEAT_INTERVAL_MS}ms`;
  const flags = { protocol, partitions: MEMBERS, members: MEMBERS, heartbeat, pid: server.pid };
  return load<Join>('join', server, 'joined', flags);
}
