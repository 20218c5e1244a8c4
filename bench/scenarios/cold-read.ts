import { gigabytes, needFreeSpace } from '../free-space.ts';
import { load, startLoad } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import { dropPageCache, syncFileSystem } from '../page-cache.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type ServerName, startServer } from '../server.ts';

const RECORD_SIZE_BYTES = 1000;
const PRODUCERS = { rate: 2_000, size: RECORD_SIZE_BYTES, acks: 1 };
const ALONE_SECONDS = 10;
/** Longer than the read takes; what is produced after it is measured as well, and dilutes the figure for both alike. */
const BESIDE_SECONDS = 15;
const GIGABYTES = gigabytes(4);
const QUICK_GIGABYTES = 0.5;

interface Latency {
  readonly p99Ms: number;
}

export const coldRead: Scenario = {
  name: 'cold-read',
  title: `reading ${GIGABYTES} GB that is out of the page cache while producing`,
  method:
    '1 kB records in 4 partitions, synced, the page cache dropped (needs root). Producers send 2,000 single 1 kB records a ' +
    'second, acks=1, to another topic: alone first, then beside one consumer that reads all of the others from the ' +
    `beginning. BENCH_GIGABYTES sets the size; a quick run has ${QUICK_GIGABYTES} GB.`,
  figures: [
    { name: 'megabytesPerSecond', unit: 'MB/s read', isMoreBetter: true, target: '≥ 1x' },
    { name: 'p99Factor', unit: "producers' p99, times their own alone", isMoreBetter: false, target: '≤ 1.5' },
    { name: 'aloneP99Ms', unit: "ms, producers' p99 alone", isMoreBetter: false },
    { name: 'besideP99Ms', unit: "ms, producers' p99 beside the reader", isMoreBetter: false },
  ],
  run: (options) => {
    const bytes = (options.isQuick ? QUICK_GIGABYTES : GIGABYTES) * 1e9;
    needFreeSpace(bytes);
    return oneByOne(options, (name, dataDir) => measure(name, dataDir, bytes));
  },
};

async function measure(name: ServerName, dataDir: string, bytes: number): Promise<Figures> {
  const server = await startServer(name, dataDir);
  try {
    await load('topic', server, 'cold');
    await load('topic', server, 'live');
    const records = Math.floor(bytes / RECORD_SIZE_BYTES);
    await load('produce', server, 'cold', { records, size: RECORD_SIZE_BYTES });
    // What was written must not be in the way of either measurement.
    syncFileSystem(dataDir);
    await load<Latency>('single', server, 'live', { ...PRODUCERS, seconds: 3 });
    const alone = await load<Latency>('single', server, 'live', { ...PRODUCERS, seconds: ALONE_SECONDS });
    if (!dropPageCache()) throw new Error('the page cache cannot be dropped: run it as root');
    const beside = startLoad('single', server, 'live', { ...PRODUCERS, seconds: BESIDE_SECONDS });
    const read = await load<{ bytes: number; seconds: number }>('consume', server, 'cold', { records });
    const { p99Ms } = JSON.parse(await beside.output) as Latency;
    return {
      megabytesPerSecond: read.bytes / 1e6 / read.seconds,
      p99Factor: p99Ms / alone.p99Ms,
      aloneP99Ms: alone.p99Ms,
      besideP99Ms: p99Ms,
    };
  } finally {
    await server.kill();
  }
}
