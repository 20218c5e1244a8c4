import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import { apiVersionsResponseCodec } from '@sluice/protocol/generated/messages/api-versions-response';
import type { RowVerdict } from '../../crash/check-history.ts';
import { repeat, sleep } from '../../crash/load/load.ts';
import { runOffsetCommitter } from '../../crash/load/offset-committer.ts';
import { runPlainProducer } from '../../crash/load/plain-producer.ts';
import { makeBatch, produceOnce } from '../../crash/load/send-batch.ts';
import { createTopicAdmin } from '../../crash/load/topic-admin.ts';
import { createInspection } from '../../crash/rule.ts';
import type { Breakage } from '../canaries.ts';
import { holdMembership } from '../group-member.ts';
import { createTally, type FaultRow, spread, type Tally } from '../row.ts';
import { createStage, SETTING, type Stage } from '../stage.ts';
import { makeTopic } from '../storm.ts';

const PROMISE = 'a slow disk delays what waits for it, and nothing else';
const RUN_MS = 12_000;
/** Of virtual time, for whoever waits for no sync. */
const PROMPT_MS_MAX = 100;
const SLOW_PARTITIONS = 8;
const PAUSE_MS_MAX = 60;
const RARELY = 0.01;
const API_VERSIONS = { request: apiVersionsRequestCodec, response: apiVersionsResponseCodec };

interface Case {
  readonly threadCount: number;
  readonly name: string;
  /** The log of the groups too: their members then wait for what is under way in it, as in Kafka, and stay members. */
  readonly isEverythingSlow: boolean;
  /** Of each sync. */
  delayMs(stage: Stage): number;
}

const SLOWNESS: readonly Pick<Case, 'name' | 'delayMs'>[] = [
  { name: '0.2 s', delayMs: () => 200 },
  { name: '2 s', delayMs: () => 2_000 },
  { name: '5 s now and then', delayMs: ({ machine }) => (machine.random.chance(RARELY) ? 5_000 : 0) },
];
/** Those of an embedded broker, and those of `sluice start`. */
const THREAD_COUNTS = [4, 16];

export const slowDisk: FaultRow = {
  row: 'F8',
  promise: PROMISE,
  quickCycles: 2,
  async run({ seed, breakage, cyclesMax, onCycle }) {
    const tally = createTally();
    const cases = SLOWNESS.flatMap((each) =>
      THREAD_COUNTS.flatMap((threadCount) =>
        [false, true].map((isEverythingSlow): Case => ({ ...each, threadCount, isEverythingSlow })),
      ),
    );
    const chosen = spread(cases, cyclesMax, seed);
    for (const [index, each] of chosen.entries()) {
      await slowDown(seed + index, each, breakage, tally);
      onCycle?.(index + 1, chosen.length);
    }
    return tally.report('F8', seed);
  },
};

async function slowDown(
  seed: number,
  { threadCount, name, delayMs, isEverythingSlow }: Case,
  breakage: Breakage | undefined,
  tally: Tally,
) {
  const hasNoSyncLimit = breakage?.hasNoSyncLimit ?? false;
  const hasJournal = seed % 2 === 0;
  const stage = createStage({ seed, hasJournal, threadCount, hasNoSyncLimit });
  const { machine, recorder, state } = stage;
  await stage.boot();
  const slow = await makeTopic(stage, 'slow', SLOW_PARTITIONS, {});
  const prompt = await makeTopic(stage, 'prompt', 1, {});
  const inspection = createInspection();
  // With few threads, or a small journal, the groups' log on the same disk has its turn behind the slow syncs.
  const waitsForSyncs = isEverythingSlow || hasJournal || threadCount <= SLOW_PARTITIONS;
  const within = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const startedMs = machine.clock.monotonicMs();
    const result = await work();
    const tookMs = machine.clock.monotonicMs() - startedMs;
    inspection.check(tookMs <= PROMPT_MS_MAX, () => `${what} took ${tookMs.toFixed(0)} ms`);
    return result;
  };

  const slowly = () => stage.load(4);
  const prompter = stage.load();
  const clients = Array.from({ length: SLOW_PARTITIONS }, (_, index) =>
    runPlainProducer(slowly(), `waits-${index}`, slow, -1),
  );
  clients.push(
    runOffsetCommitter(slowly(), 'committers', prompt),
    holdMembership(
      stage.load(),
      'members',
      (work) => (waitsForSyncs ? work() : within('a heartbeat', work)),
      (what) => recorder.record({ kind: 'odd', what }),
    ),
    repeat(prompter, 'prompt', PAUSE_MS_MAX, async (broker) => {
      const batch = makeBatch(prompter, {
        topic: prompt,
        partition: 0,
        producer: 'prompt',
        acks: 1,
        firstNumber: 0,
        count: 1,
      });
      const { errorCode } = await within('produce with acks=1', () => produceOnce(broker, { ...batch, acks: 1 }));
      inspection.check(errorCode === 0, () => `produce with acks=1 got ${errorCode}`);
    }),
    repeat(stage.load(), 'prompt', PAUSE_MS_MAX, async (broker) => {
      await within('ApiVersions', () => broker.request(API_VERSIONS, () => ({})));
    }),
    repeat(stage.load(), 'prompt', PAUSE_MS_MAX, async (broker) => {
      const topic = `new-${recorder.length}`;
      await within('a new topic', () => createTopicAdmin(broker, recorder).create(topic, 1, SETTING));
      await sleep(machine.clock, 1_000);
    }),
  );
  machine.disk.inject(({ kind, path }) => {
    if (kind !== 'sync' && kind !== 'sync-directory') return undefined;
    if (!isEverythingSlow && !path.includes('/slow-')) return undefined;
    return { kind: 'delay', delayMs: delayMs(stage) };
  });
  await machine.run(sleep(machine.clock, RUN_MS));
  state.isEnding = true;
  await machine.run(Promise.all(clients));
  machine.kill();
  const label = `syncs of ${name} ${isEverythingSlow ? 'everywhere' : 'of one topic'}, ${threadCount} threads`;
  const verdict: RowVerdict = { row: 'F8', promise: PROMISE, ...inspection.verdict() };
  tally.verdict(label, verdict);
  tally.add(label, recorder.finish(new Map()), new Set(['F1', 'I11']));
}
