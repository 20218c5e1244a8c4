import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeLogDirsRequestCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-request';
import { describeLogDirsResponseCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-response';
import { repeat } from '../../simulation/crash/load/load.ts';
import { runPlainProducer } from '../../simulation/crash/load/plain-producer.ts';
import { makeBatch, produceOnce } from '../../simulation/crash/load/send-batch.ts';
import { createInspection } from '../../simulation/crash/rule.ts';
import { holdMembership } from '../../simulation/disk/group-member.ts';
import { createTally, type RowReport } from '../../simulation/disk/row.ts';
import { makeTopic } from '../../simulation/disk/storm.ts';
import { createRealStage } from './real-stage.ts';
import { injecting, withDirectory } from './tools.ts';

/** Asks the disk for its space: that takes a thread of the pool, as every read does. */
const DESCRIBE_LOG_DIRS = { request: describeLogDirsRequestCodec, response: describeLogDirsResponseCodec };
const SYNC_MICROSECONDS = 1_000_000;
const RUN_MS = 8_000;
const SLOW_PARTITIONS = 24;
/** The machine may be busy with other things. */
const PROMPT_MS_MAX = 600;
const PAUSE_MS_MAX = 60;

/** Every fdatasync takes a second. Who waits for none must not notice. */
export function runSlowDisk({ seed, onCycle }: { seed: number; onCycle(text: string): void }): Promise<RowReport> {
  return withDirectory(async (directory) => {
    const tally = createTally();
    const stage = createRealStage(join(directory, 'data'), seed);
    const inspection = createInspection();
    let worstMs = 0;
    const within = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const startedMs = performance.now();
      const result = await work();
      const tookMs = performance.now() - startedMs;
      worstMs = Math.max(worstMs, tookMs);
      inspection.check(tookMs <= PROMPT_MS_MAX, () => `${what} took ${tookMs.toFixed(0)} ms`);
      return result;
    };

    await stage.boot({ wrapper: injecting('fdatasync', `delay_enter=${SYNC_MICROSECONDS}`) });
    const slow = await makeTopic(stage, 'slow', SLOW_PARTITIONS, {});
    const prompt = await makeTopic(stage, 'prompt', 1, {});
    let isMember = true;
    const clients = Array.from({ length: SLOW_PARTITIONS }, (_, index) =>
      runPlainProducer(stage.load(8), `waits-${index}`, slow, -1),
    );
    const membership = holdMembership(
      stage.load(),
      'members',
      (work) => work(),
      () => {
        isMember = false;
      },
    );
    clients.push(membership);
    // The group's log and its epochs are made; from here on nobody makes anything.
    await sleep(RUN_MS / 2);
    const prompter = stage.load();
    clients.push(
      repeat(prompter, 'prompt', PAUSE_MS_MAX, async (broker) => {
        const common = { topic: prompt, partition: 0, producer: 'prompt', acks: 1, firstNumber: 0, count: 1 } as const;
        const batch = makeBatch(prompter, common);
        await within('produce with acks=1', () => produceOnce(broker, { ...batch, acks: 1 }));
      }),
      repeat(stage.load(), 'prompt', PAUSE_MS_MAX, async (broker) => {
        await within('DescribeLogDirs', () => broker.request(DESCRIBE_LOG_DIRS, () => ({ topics: null })));
      }),
    );
    await sleep(RUN_MS);
    stage.state.isEnding = true;
    await Promise.all(clients);
    await stage.kill();
    inspection.check(isMember, () => 'a member that never missed a heartbeat lost its group');
    const verdict = { row: 'F8', promise: 'who waits for no sync does not notice', ...inspection.verdict() };
    tally.verdict('1 s a sync', verdict);
    tally.add('1 s a sync', stage.recorder.finish(new Map()), new Set());
    onCycle(`the slowest of them took ${worstMs.toFixed(0)} ms`);
    return tally.report('F8', seed);
  });
}
