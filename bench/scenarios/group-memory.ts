import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveBytes } from '../live-bytes.ts';
import { load, startLoad } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type ServerName, startServer } from '../server.ts';

const MEMBERS = 10;
const LANES = 20;
/** For garbage to be collected. */
const STILL_MS = 8_000;
/** What is counted hardly differs from run to run, and each takes half a minute. */
const RUNS_MAX = 2;
const SETTINGS = { 'group.initial.rebalance.delay.ms': '0', 'group.consumer.assignment.interval.ms': '0' };

export const groupMemoryClassic: Scenario = memoryOf('classic');
export const groupMemoryConsumer: Scenario = memoryOf('consumer');

function memoryOf(protocol: 'classic' | 'consumer'): Scenario {
  return {
    name: `group-memory-${protocol}`,
    title: `memory per idle member of a ${protocol} group`,
    method:
      `2,000 groups of ${MEMBERS} members over ${LANES * MEMBERS} connections, heartbeats only; what they add, divided by ` +
      'the members: for Kafka live bytes of the heap (class histogram), for Sluice resident memory.',
    figures: [{ name: 'bytesPerMember', unit: 'bytes per member', isMoreBetter: false, target: 'stated' }],
    run: (options) => {
      const groups = options.isQuick ? 500 : 2_000;
      const runs = Math.min(options.runs, RUNS_MAX);
      return oneByOne({ ...options, runs }, (name, dataDir) => measure(name, dataDir, protocol, groups));
    },
  };
}

async function measure(name: ServerName, dataDir: string, protocol: string, groups: number): Promise<Figures> {
  const server = await startServer(name, dataDir, SETTINGS);
  try {
    await load('topic', server, 'remembered', { partitions: MEMBERS });
    const flags = { protocol, partitions: MEMBERS, members: MEMBERS, lanes: LANES, pid: server.pid };
    // So that what the first groups make once (buffers, compiled code) does not count.
    await load('heartbeat', server, 'remembered', { ...flags, groups: LANES, prefix: 'first', seconds: 3 });
    const before = liveBytes(server);
    const members = startLoad('heartbeat', server, 'remembered', { ...flags, groups, seconds: 600 });
    const killed = members.output.catch(() => {});
    // It says so when all have settled.
    await Promise.race([once(members.child.stdout ?? members.child, 'data'), killed]);
    await sleep(STILL_MS);
    const after = liveBytes(server);
    members.child.kill('SIGKILL');
    await killed;
    return { bytesPerMember: (after - before) / (groups * MEMBERS) };
  } finally {
    await server.kill();
  }
}
