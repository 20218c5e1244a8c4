import { load } from '../load.ts';
import type { Figures, RunOptions, Scenario, ScenarioResult } from '../scenario.ts';
import { type ServerName, startServer, withDataDir } from '../server.ts';
import { describeFigures } from '../side-by-side.ts';

interface Heartbeats {
  readonly settledSeconds: number;
  readonly spans: readonly Span[];
}

interface Span {
  readonly heartbeats: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const MEMBERS = 10;
const SETTINGS = {
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.share.assignment.interval.ms': '0',
};

export const groupHeartbeatsClassic: Scenario = heartbeatsOf('classic', '3 s');
export const groupHeartbeatsConsumer: Scenario = heartbeatsOf('consumer', '5 s');
export const groupHeartbeatsShare: Scenario = heartbeatsOf('share', '5 s');

function heartbeatsOf(protocol: 'classic' | 'consumer' | 'share', interval: string): Scenario {
  return {
    name: `group-heartbeats-${protocol}`,
    title: `1,000 ${protocol} groups of ${MEMBERS} members, heartbeats only`,
    method:
      `1,000 groups of ${MEMBERS} members each, every member on a connection of its own with a heartbeat each ${interval} ` +
      '(the default); processor time of the broker over a span in which nothing else happens.',
    figures: [
      { name: 'cpuPercent', unit: '% of a core', isMoreBetter: false, target: "≤ Kafka's" },
      { name: 'cpuMicrosecondsPerHeartbeat', unit: 'CPU-µs per heartbeat', isMoreBetter: false },
      { name: 'heartbeatsPerSecond', unit: 'heartbeats/s', isMoreBetter: true },
    ],
    run: (options) => runAll(options, protocol),
  };
}

/** One server at a time: the other one's idle connections would count as its own work. */
async function runAll({ runs, servers, log, isQuick }: RunOptions, protocol: string): Promise<ScenarioResult> {
  const results: Partial<Record<ServerName, Figures[]>> = {};
  for (const name of servers) {
    await withDataDir(async (dataDir) => {
      const server = await startServer(name, dataDir, SETTINGS);
      try {
        await load('topic', server, 'beaten', { partitions: MEMBERS });
        const groups = isQuick ? 200 : 1000;
        const flags = { protocol, partitions: MEMBERS, members: MEMBERS, groups, pid: server.pid };
        const { settledSeconds, spans } = await load<Heartbeats>('heartbeat', server, 'beaten', {
          ...flags,
          spans: runs + 1,
          seconds: isQuick ? 3 : 5,
        });
        const [warmUp, ...figures] = spans.map(figuresOf);
        log(`${name}: settled in ${settledSeconds.toFixed(1)} s; warming up ${describeFigures(warmUp ?? {})}`);
        for (const [run, each] of figures.entries()) log(`${name} run ${run + 1}: ${describeFigures(each)}`);
        results[name] = figures;
      } finally {
        await server.kill();
      }
    });
  }
  return results;
}

function figuresOf({ heartbeats, seconds, cpuSeconds }: Span): Figures {
  return {
    cpuPercent: (100 * cpuSeconds) / seconds,
    cpuMicrosecondsPerHeartbeat: (1e6 * cpuSeconds) / heartbeats,
    heartbeatsPerSecond: heartbeats / seconds,
  };
}
