import { durabilitySettings, PROMISES, type Promised } from '../durability-settings.ts';
import { type LoadFlags, load } from '../load.ts';
import type { Figures, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Shared {
  readonly records: number;
  readonly requests: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const PARTITIONS = 4;
const RECORD_SIZE_BYTES = 1_000;
/** What Java's producer puts into a batch by default. */
const BATCH_SIZE_BYTES = 16_384;
/** Rounds of the same load beforehand: Java's compiler needs them more than we do. */
const WARM_UP_ROUNDS = 3;
/** Written with `log.flush.interval.messages=1` it would take minutes, and is not what is measured. */
const WRITTEN_UNFLUSHED = `flush.messages=${2n ** 63n - 1n}`;

export const shareGroups: readonly Scenario[] = PROMISES.flatMap((promise) =>
  [1, 20].map((members) => sharedBy(members, promise)),
);

function sharedBy(members: number, { promised, suffix, said }: (typeof PROMISES)[number]): Scenario {
  const who = members === 1 ? 'one member' : `${members} members`;
  return {
    name: `share-group-${members}${suffix}`,
    title: `share group of ${who}, 1 kB records acquired and accepted, ${promised}`,
    method:
      `A backlog of 1 kB records in batches of 16 kB in ${PARTITIONS} partitions; ${who} of a new share group, each on ` +
      'its connection with one ShareFetch v2 in flight: 500 records at most, the ones before accepted with it, as ' +
      `Java's consumer does. Processor time of the broker over the run. ${said}`,
    figures: [
      { name: 'recordsPerSecond', unit: 'records/s', isMoreBetter: true, target: '≥ 1x, aim 2x' },
      { name: 'cpuMicrosecondsPerRecord', unit: 'broker CPU-µs per record', isMoreBetter: false, target: '≤ 1x' },
      { name: 'p99Ms', unit: 'ms of a request, p99', isMoreBetter: false },
    ],
    run: (options) => {
      const [seconds, records] = options.isQuick ? [1, 400_000] : [2, 3_000_000];
      let round = 0;
      const shareOnce = (server: Server) => share(server, `share-${round++}`, members, records, seconds);
      return sideBySide(options, {
        settings: durabilitySettings(promised),
        prepare: async (server) => {
          await fill(server, records, promised);
          for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp++) await shareOnce(server);
        },
        measure: shareOnce,
      });
    },
  };
}

async function fill(server: Server, records: number, promised: Promised): Promise<void> {
  const unflushed: LoadFlags = server.name === 'kafka' && promised === 'on disk' ? { configs: WRITTEN_UNFLUSHED } : {};
  await load('topic', server, 'shared', { partitions: PARTITIONS, ...unflushed });
  const batches = { size: RECORD_SIZE_BYTES, 'batch-bytes': BATCH_SIZE_BYTES };
  await load('produce', server, 'shared', { partitions: PARTITIONS, records, ...batches });
}

async function share(server: Server, group: string, members: number, held: number, seconds: number): Promise<Figures> {
  const flags = { partitions: PARTITIONS, group, members, held, seconds, pid: server.pid };
  const shared = await load<Shared>('share', server, 'shared', flags);
  return {
    recordsPerSecond: shared.records / shared.seconds,
    cpuMicrosecondsPerRecord: (1e6 * shared.cpuSeconds) / shared.records,
    p50Ms: shared.p50Ms,
    p99Ms: shared.p99Ms,
    recordsPerRequest: shared.records / shared.requests,
  };
}
