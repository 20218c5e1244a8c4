import { load } from '../load.ts';
import type { Figures, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Commits {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const CONNECTIONS = 64;
/** Rounds of the same load beforehand: Java's compiler needs them more than we do. */
const WARM_UP_ROUNDS = 3;

export const offsetCommitOne: Scenario = commitsOf(1);
export const offsetCommitMany: Scenario = commitsOf(100);

function commitsOf(partitions: number): Scenario {
  const each = partitions === 1 ? 'one partition' : `${partitions} partitions`;
  return {
    name: `offset-commit-${partitions}`,
    title: `OffsetCommit, ${CONNECTIONS} connections, ${each} each`,
    method:
      `${CONNECTIONS} connections with one OffsetCommit v9 in flight each, for a group of its own, ${each} of one topic; ` +
      'processor time of the broker over the run. Kafka answers from the page cache, Sluice once it is on disk.',
    figures: [
      { name: 'requestsPerCpuSecond', unit: 'requests per broker CPU-second', isMoreBetter: true, target: "≥ Kafka's" },
      { name: 'requestsPerSecond', unit: 'requests/s', isMoreBetter: true },
      { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false },
    ],
    run: (options) => {
      const seconds = options.isQuick ? 3 : 6;
      return sideBySide(options, {
        prepare: async (server) => {
          await load('topic', server, 'committed', { partitions });
          for (let round = 0; round < WARM_UP_ROUNDS; round++) await commitOnce(server, partitions, seconds);
        },
        measure: (server) => commitOnce(server, partitions, seconds),
      });
    },
  };
}

async function commitOnce(server: Server, partitions: number, seconds: number): Promise<Figures> {
  const flags = { partitions, connections: CONNECTIONS, seconds, pid: server.pid };
  const commits = await load<Commits>('commit', server, 'committed', flags);
  return {
    requestsPerCpuSecond: commits.requests / commits.cpuSeconds,
    requestsPerSecond: commits.requests / commits.seconds,
    p50Ms: commits.p50Ms,
    p99Ms: commits.p99Ms,
  };
}
