import { setTimeout as sleep } from 'node:timers/promises';
import { load } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import { residentMegabytes } from '../process-stats.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type Server, type ServerName, startServer } from '../server.ts';

const PARTITIONS = 4;
const SETTLE_MS = 3_000;
/** Kafka reads all its producers first. */
const START_TIMEOUT_MS = 300_000;

export const producerIds: Scenario = {
  name: 'producer-ids',
  title: '100,000 producer ids on a broker, over 4 partitions',
  method:
    'each id from InitProducerId writes one record of 100 B. VmRSS three seconds later; then the broker is stopped and ' +
    'started again, and killed and started again: each time from the start of the process until a producer of each ' +
    'partition has written its next sequence, which only a broker takes that knows the one before; and VmRSS then.',
  figures: [
    { name: 'megabytes', unit: 'MB', isMoreBetter: false, target: "≤ Kafka's" },
    { name: 'restartMs', unit: 'ms from a clean stop until all are known', isMoreBetter: false, target: "≤ Kafka's" },
    {
      name: 'restartAfterKillMs',
      unit: 'ms from a kill until all are known',
      isMoreBetter: false,
      target: "≤ Kafka's",
    },
    { name: 'restartedMegabytes', unit: 'MB after the restart', isMoreBetter: false },
    { name: 'idsPerSecond', unit: 'ids/s', isMoreBetter: true },
  ],
  run: (options) => oneByOne(options, (name, dataDir) => measure(name, dataDir, options.isQuick ? 10_000 : 100_000)),
};

async function measure(name: ServerName, dataDir: string, count: number): Promise<Figures> {
  const first = await startServer(name, dataDir);
  await load('topic', first, 'numbered', { partitions: PARTITIONS });
  const flags = { partitions: PARTITIONS, count };
  const { last, seconds } = await load<{ last: string; seconds: number }>('producers', first, 'numbered', flags);
  await sleep(SETTLE_MS);
  const megabytes = residentMegabytes(first.pid);
  await first.stop();
  const second = await startServer(name, dataDir, {}, START_TIMEOUT_MS);
  const restartMs = second.startedInMs + (await resume(second, last, 1));
  const restartedMegabytes = residentMegabytes(second.pid);
  await second.kill();
  const third = await startServer(name, dataDir, {}, START_TIMEOUT_MS);
  const restartAfterKillMs = third.startedInMs + (await resume(third, last, 2));
  await third.kill();
  return { megabytes, restartMs, restartAfterKillMs, restartedMegabytes, idsPerSecond: count / seconds };
}

async function resume(server: Server, last: string, sequence: number): Promise<number> {
  const flags = { partitions: PARTITIONS, last, sequence };
  return (await load<{ resumedMs: number }>('resume', server, 'numbered', flags)).resumedMs;
}
