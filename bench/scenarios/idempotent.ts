import { load } from '../load.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

const PARTITIONS = 4;
/** Rounds of both loads beforehand: Java's compiler needs them more than we do. */
const WARM_UP_ROUNDS = 2;

export const idempotent: Scenario = {
  name: 'idempotent',
  title: 'Idempotent produce against plain, batches of 10 records of 100 B, acks=1, 4 partitions',
  method:
    'the same batches from 16 connections, each with one request in flight: without producer ids, then each connection ' +
    'with an id of its own and rising sequences; processor time of the broker for each, and what the second takes of the first.',
  figures: [
    { name: 'cpuShare', unit: 'times the CPU of plain produce', isMoreBetter: false, target: '≤ 1.1x, each of itself' },
    { name: 'plainPerCpuSecond', unit: 'plain batches per broker CPU-second', isMoreBetter: true },
    { name: 'idempotentPerCpuSecond', unit: 'idempotent batches per broker CPU-second', isMoreBetter: true },
  ],
  run: (options) => {
    const batches = options.isQuick ? 20_000 : 60_000;
    return sideBySide(options, {
      prepare: async (server) => {
        await load('topic', server, 'numbered', { partitions: PARTITIONS });
        for (let round = 0; round < WARM_UP_ROUNDS; round++) {
          await batchesPerCpuSecond(server, batches, false);
          await batchesPerCpuSecond(server, batches, true);
        }
      },
      measure: async (server, run) => {
        // What else the machine does hurts the first and the second alike.
        const first = await batchesPerCpuSecond(server, batches, run % 2 === 1);
        const second = await batchesPerCpuSecond(server, batches, run % 2 === 0);
        const [plainPerCpuSecond, idempotentPerCpuSecond] = run % 2 === 1 ? [second, first] : [first, second];
        return { cpuShare: plainPerCpuSecond / idempotentPerCpuSecond, plainPerCpuSecond, idempotentPerCpuSecond };
      },
    });
  },
};

async function batchesPerCpuSecond(server: Server, batches: number, isIdempotent: boolean): Promise<number> {
  const before = cpuSeconds(server.pid);
  await load('numbered', server, 'numbered', { partitions: PARTITIONS, batches, idempotent: isIdempotent });
  return batches / (cpuSeconds(server.pid) - before);
}
