import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveBytes } from '../live-bytes.ts';
import { load, startLoad } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type ServerName, startServer } from '../server.ts';

const RECORDS = 100;
/** Ten records of 1 kB: a hundred are whole batches. */
const BATCH_SIZE_BYTES = 10_300;
const LANES = 20;
/** For garbage to be collected. */
const STILL_MS = 8_000;
/** Until all have them takes minutes: no member is out and no lock ends meanwhile. */
const SETTINGS = {
  'group.share.max.session.timeout.ms': '3600000',
  'group.share.session.timeout.ms': '3600000',
  'group.share.max.record.lock.duration.ms': '3600000',
};
/** What is counted hardly differs from run to run, and each takes half a minute. */
const RUNS_MAX = 2;

export const shareMemory: Scenario = memoryOf(false);
export const shareMemorySplit: Scenario = memoryOf(true);

function memoryOf(isSplit: boolean): Scenario {
  const [suffix, how] = isSplit ? ['-split', ', every other one accepted'] : ['', ''];
  return {
    name: `share-memory${suffix}`,
    title: `memory of 1,000 share groups with ${RECORDS} records in flight each${how}`,
    method:
      `1,000 groups of one member, over ${LANES} connections, each acquires ${RECORDS} records of one partition and ` +
      `keeps them${isSplit ? ', but accepts every other one, so that each record in flight is by itself' : ''}; what ` +
      'they add: for Kafka live bytes of the heap (class histogram), for Sluice resident memory. Groups, members, their ' +
      'assignments, sessions and state in __share_group_state are part of it.',
    figures: [
      { name: 'megabytes', unit: 'MB in all', isMoreBetter: false, target: 'stated' },
      { name: 'bytesPerRecord', unit: 'bytes per record in flight', isMoreBetter: false },
    ],
    run: (options) => {
      const groups = options.isQuick ? 200 : 1_000;
      const runs = Math.min(options.runs, RUNS_MAX);
      return oneByOne({ ...options, runs }, (name, dataDir) => measure(name, dataDir, groups, isSplit));
    },
  };
}

async function measure(name: ServerName, dataDir: string, groups: number, isSplit: boolean): Promise<Figures> {
  const server = await startServer(name, dataDir, SETTINGS);
  try {
    await load('topic', server, 'kept', { partitions: 1 });
    const batches = { size: 1_000, 'batch-bytes': BATCH_SIZE_BYTES };
    await load('produce', server, 'kept', { partitions: 1, records: RECORDS, ...batches });
    const flags = { partitions: 1, records: RECORDS, lanes: LANES, split: isSplit };
    // So that what the first groups make once (buffers, compiled code) does not count.
    await load('hold', server, 'kept', { ...flags, groups: 2 * LANES, group: 'first' });
    await sleep(STILL_MS);
    const before = liveBytes(server);
    const held = startLoad('hold', server, 'kept', { ...flags, groups, group: 'kept', seconds: 600 });
    const ended = held.output.catch(() => {});
    // It says so when all have them.
    await Promise.race([once(held.child.stdout ?? held.child, 'data'), ended]);
    if (held.child.exitCode !== null) throw new Error(`${name} did not give all groups their records`);
    await sleep(STILL_MS);
    const added = liveBytes(server) - before;
    held.child.kill('SIGKILL');
    await ended;
    return { megabytes: added / 1e6, bytesPerRecord: added / (groups * RECORDS) };
  } finally {
    await server.kill();
  }
}
