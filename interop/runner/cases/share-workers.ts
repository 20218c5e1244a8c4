import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { configureGroup } from '../shares/share-group.ts';
import { createShareHistory } from '../shares/share-history.ts';
import { floodedPlaces, startWorker, tell, untilNothingIsLeft, type Worker } from '../shares/share-work.ts';
import type { Actor, Stage } from '../stage.ts';

export type WorkersOptions = {
  readonly shareRecords: number;
  /** Members of the group, in as many programs as `programsOf` says. */
  readonly workers: number;
};

const partitions = 4;
/** Records of one partition come in batches of so many at most: members that cannot limit records take whole ones. */
const chunkOfPartition = 20;
const batch = 50;
/** So that the work lasts for as long as there are members to kill. */
const pauseMs = 150;
const killEveryMs = 700;
const patienceMs = 240_000;
const membersPerProgram = 3;

/** Members of all clients, several to a process; a process at random is killed again and again, and another one started. */
export async function shareWorkers(stage: Stage, { shareRecords: count, workers }: WorkersOptions): Promise<void> {
  const able = stage.actors.filter(({ hello }) => hello.can.includes('shares'));
  const [first] = able;
  if (first === undefined) return;
  await stage.test(first, `${workers} members accept ${count} records while their processes are killed`, async () => {
    const writer = stage.actors.find(({ hello }) => hello.can.includes('tools')) ?? first;
    const { bootstrap } = stage.server;
    const topic = 'share-workers';
    const group = `${topic}.group`;
    await createTopics(bootstrap, [{ name: topic, partitions }]);
    await configureGroup(bootstrap, group, {
      'share.auto.offset.reset': 'earliest',
      'share.delivery.count.limit': '10',
    });
    const stream = { topic, partitions, count, chunk: chunkOfPartition * partitions, pauseMs: 1 };
    await writer.ask('stream', stream, { timeoutMs: patienceMs });

    const history = createShareHistory();
    let started = 0;
    const start = (actor: Actor, members: number) =>
      startWorker(actor, `program ${++started}`, { topic, group, members, batch, pauseMs }, history);
    const startedAt = performance.now();
    const running = await Promise.all(
      programsOf(able, workers).map(async ({ actor, members }) => ({
        actor,
        members,
        worker: await start(actor, members),
      })),
    );
    let isOver = false;
    let kills = 0;
    const taking = untilNothingIsLeft(stage, group, topic, partitions, patienceMs).finally(() => {
      isOver = true;
    });
    // Waited for below, and may fail before.
    taking.catch(() => {});
    while (!isOver) {
      await sleep(killEveryMs);
      const one = running[Math.floor(Math.random() * running.length)];
      if (isOver || one === undefined) break;
      await one.worker.kill();
      one.worker = await start(one.actor, one.members);
      kills++;
    }
    await taking;
    const seconds = (performance.now() - startedAt) / 1000;
    await Promise.all(running.map(({ worker }) => (worker satisfies Worker).stop()));
    if (kills === 0) throw new Error('all was done before anybody could be killed');
    const told = tell(history.judge(floodedPlaces(count, partitions)));
    return `${kills} kills in ${seconds.toFixed(1)} s; ${told}`;
  });
}

/** The clients in turn. */
function programsOf(actors: readonly Actor[], workers: number): { actor: Actor; members: number }[] {
  const programs: { actor: Actor; members: number }[] = [];
  for (let left = workers, turn = 0; left > 0; left -= membersPerProgram, turn++) {
    const actor = actors[turn % actors.length];
    if (actor !== undefined) programs.push({ actor, members: Math.min(left, membersPerProgram) });
  }
  return programs;
}
