import { connect } from 'node:net';
import { cpus, release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { residentMegabytes } from '../process-stats.ts';
import { type Figures, median } from '../scenario.ts';
import { withDataDir } from '../server.ts';
import { describeFigures, round } from '../side-by-side.ts';
import { get, put, subscribe } from './measures.ts';
import { answersListStreams, installPeers, type Peer, type PeerName, startPeer } from './peers.ts';
import { restart } from './restart.ts';

/** The server has a core for itself where there are several; the client has the others. */
const SERVER_CORE = 0;
const IDLE_MS = 5_000;

type Measure = (name: PeerName, isQuick: boolean) => Promise<Figures>;

interface Scenario {
  readonly peers: readonly PeerName[];
  readonly measure: Measure;
}

const EMULATORS = ['kinesis-local', 'kinesalite', 'moto'] as const;
const onOneCore =
  (measure: (peer: Peer, isQuick: boolean) => Promise<Figures>): Measure =>
  (name, isQuick) =>
    withPeer(name, (peer) => measure(peer, isQuick), SERVER_CORE);

/** Latencies of a server that has next to nothing to do: its disk's threads need not wait for a core of theirs. */
const onAnyCore =
  (measure: (peer: Peer, isQuick: boolean) => Promise<Figures>): Measure =>
  (name, isQuick) =>
    withPeer(name, (peer) => measure(peer, isQuick));

/** Enough for the largest answers, where they can be put in a few seconds. */
const recordsToGet = ({ name }: Peer) => (name === 'kinesis-local' ? 4_000 : 20_000);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'put-json': {
    peers: ['sluice', 'sluice-page-cache', ...EMULATORS],
    measure: onOneCore((peer, isQuick) => put(peer, { seconds: isQuick ? 2 : 8, version: '1.1', protocol: 'json' })),
  },
  'put-json-h2c': {
    peers: ['sluice'],
    measure: onOneCore((peer, isQuick) => put(peer, { seconds: isQuick ? 2 : 8, version: '2', protocol: 'json' })),
  },
  'put-cbor': {
    peers: ['sluice', 'sluice-page-cache'],
    measure: onOneCore((peer, isQuick) => put(peer, { seconds: isQuick ? 2 : 8, version: '1.1', protocol: 'cbor' })),
  },
  'put-one-at-a-time': {
    peers: ['sluice', ...EMULATORS],
    measure: onOneCore((peer, isQuick) =>
      put(peer, { seconds: isQuick ? 2 : 8, version: '1.1', protocol: 'json', inFlight: 1 }),
    ),
  },
  get: {
    peers: ['sluice', ...EMULATORS],
    measure: onOneCore((peer, isQuick) => get(peer, recordsToGet(peer), isQuick ? 2 : 8, '1.1')),
  },
  'get-h2c': {
    peers: ['sluice'],
    measure: onOneCore((peer, isQuick) => get(peer, recordsToGet(peer), isQuick ? 2 : 8, '2')),
  },
  subscribe: {
    peers: ['sluice', 'sluice-page-cache'],
    measure: onAnyCore((peer, isQuick) => subscribe(peer, isQuick ? 3 : 15, '2')),
  },
  'subscribe-http1': {
    peers: ['sluice'],
    measure: onAnyCore((peer, isQuick) => subscribe(peer, isQuick ? 3 : 15, '1.1')),
  },
  start: { peers: ['sluice-without-door', 'sluice', ...EMULATORS], measure: start },
  restart: { peers: ['sluice'], measure: (_, isQuick) => restart(isQuick ? 100_000 : 1_000_000) },
};

const usage = `node bench/kinesis/main.ts [--quick] [--runs 3] [--only PEER] [SCENARIO...]
    Sluice's Kinesis door and its broker, in one process on one core, beside free emulators: each in turn, run by run.
    Sluice is the package in dist/ (npm run build), or what BENCH_SLUICE says: a program and its first arguments.
    Scenarios: ${Object.keys(SCENARIOS).join(', ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true || positionals.some((name) => !(name in SCENARIOS))) {
  process.stderr.write(usage);
  process.exitCode = values.help === true ? 0 : 2;
} else await runAll();

async function runAll(): Promise<void> {
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  const chosen = positionals.length === 0 ? Object.keys(SCENARIOS) : positionals;
  if (chosen.some((name) => SCENARIOS[name]?.peers.some((peer) => !peer.startsWith('sluice')))) installPeers();
  console.log(`${cpus().length} cores of ${cpus()[0]?.model.trim()}, Linux ${release()}, Node ${process.version}\n`);
  for (const name of chosen) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) continue;
    const peers = scenario.peers.filter((peer) => values.only === undefined || values.only === peer);
    console.log(`## ${name}\n`);
    const results = new Map<PeerName, Figures[]>(peers.map((peer) => [peer, []]));
    for (let run = 0; run < runs; run++) {
      for (const peer of peers) {
        try {
          const figures = await scenario.measure(peer, values.quick);
          results.get(peer)?.push(figures);
          console.error(`${name} ${peer} run ${run + 1}: ${describeFigures(figures)}`);
        } catch (error) {
          console.error(`${name} ${peer} run ${run + 1}: ${error}`);
        }
      }
    }
    console.log(`${tableOf(results)}\n`);
  }
}

/** Medians. */
function tableOf(results: ReadonlyMap<PeerName, readonly Figures[]>): string {
  const names = [...new Set([...results.values()].flat().flatMap((figures) => Object.keys(figures)))];
  const rows = [...results].map(([peer, runs]) => {
    const cells = names.map((name) => round(median(runs.flatMap((figures) => figures[name] ?? []))));
    return `| ${peer} | ${cells.join(' | ')} |`;
  });
  return [`| | ${names.join(' | ')} |`, `|---|${names.map(() => '---').join('|')}|`, ...rows].join('\n');
}

async function withPeer<T>(name: PeerName, use: (peer: Peer) => Promise<T>, core?: number): Promise<T> {
  return withDataDir(async (dataDir) => {
    const started = name === 'sluice-without-door' ? (_: number, port: number) => accepts(port) : answersListStreams;
    const peer = await startPeer(name, { dataDir, started, ...(core === undefined ? {} : { core }) });
    try {
      return await use(peer);
    } finally {
      await peer.end();
    }
  });
}

/** Start to the first answer, and memory after five seconds without work. */
async function start(name: PeerName): Promise<Figures> {
  return withPeer(name, async (peer) => {
    await sleep(IDLE_MS);
    return { startMs: peer.startedInMs, idleMegabytes: residentMegabytes(peer.pid) };
  });
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: '127.0.0.1' });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
