import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realDisk } from '@sluice/kernel/real/disk';
import { slowDisk } from './slow-disk.ts';
import { createStrategy, type StrategyName } from './strategies.ts';

const PRODUCERS = 64;
const STRATEGIES: readonly StrategyName[] = ['segments', 'journal', 'journal-lazy-segments'];

const usage = `node bench/durability/main.ts [--seconds 2] [--partitions 1,4,16,40,100,1000] [--delays 0,1] [--runs 1]
    What it costs to make a round of small batches of many partitions durable: one of ${PRODUCERS} producers each, or one for
    each partition if there are more. By an fdatasync for each partition's segment, by one for a journal that all share,
    and with segments that are written later too.
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    partitions: { type: 'string', default: '1,4,16,40,100,1000' },
    delays: { type: 'string', default: '0,1' },
    runs: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) process.stderr.write(usage);
else await runAll();

async function runAll(): Promise<void> {
  const numbers = (list: string) => list.split(',').map(Number);
  console.log('| sync | partitions | way | rounds/s | batches/s | p50 ms | p99 ms | CPU µs a batch |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const delayMs of numbers(values.delays)) {
    for (const partitions of numbers(values.partitions)) {
      for (let run = 0; run < Number(values.runs); run++) {
        for (const strategy of STRATEGIES) await measure(strategy, partitions, delayMs);
      }
    }
  }
}

async function measure(name: StrategyName, partitions: number, delayMs: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-durability-'));
  try {
    const disk = slowDisk(realDisk, delayMs);
    const strategy = await createStrategy(name, disk, directory, partitions);
    const batches = Math.max(PRODUCERS, partitions);
    const counts = Array.from({ length: partitions }, (_, index) => Math.ceil((batches - index) / partitions));
    await strategy.round(counts);
    const took: number[] = [];
    const cpuBefore = process.cpuUsage();
    const startedMs = performance.now();
    const endMs = startedMs + Number(values.seconds) * 1000;
    for (let nowMs = startedMs; nowMs < endMs; ) {
      await strategy.round(counts);
      const doneMs = performance.now();
      took.push(doneMs - nowMs);
      nowMs = doneMs;
    }
    await strategy.end();
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    took.sort((one, other) => one - other);
    const at = (share: number) => (took[Math.floor(share * (took.length - 1))] ?? Number.NaN).toFixed(2);
    const total = took.length * batches;
    const figures = [(took.length / seconds).toFixed(0), (total / seconds).toFixed(0), at(0.5), at(0.99)];
    const cpu = ((user + system) / total).toFixed(1);
    console.log(
      `| ${delayMs === 0 ? 'as it is' : `+${delayMs} ms`} | ${partitions} | ${name} | ${figures.join(' | ')} | ${cpu} |`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
