import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { configureGroup } from '../shares/share-group.ts';
import { createShareHistory, type ShareHistory } from '../shares/share-history.ts';
import { floodedPlaces, startWorker, tell, untilNothingIsLeft, type Worker } from '../shares/share-work.ts';
import type { Actor, Stage } from '../stage.ts';

const partitions = 3;
const killCount = 3;
/** Between a start and the next kill. */
const livesMs = 2_500;
const pauseMs = 100;
const batch = 20;
const patienceMs = 120_000;

/** A group, and whose members it has. */
type Crew = {
  readonly name: string;
  readonly actors: readonly Actor[];
  /** Of each client. */
  readonly members: number;
};

type Work = Crew & {
  readonly topic: string;
  readonly group: string;
  readonly count: number;
  readonly history: ShareHistory;
  readonly workers: readonly Worker[];
};

/** Members of share groups work while the broker is killed again and again: a group of each client, and one of all. */
export async function shareCrash(stage: Stage): Promise<void> {
  const able = stage.actors.filter(({ hello }) => hello.can.includes('shares'));
  const crews: Crew[] = able.map((actor) => ({ name: actor.name, actors: [actor], members: 3 }));
  if (able.length > 1) crews.push({ name: 'all', actors: able, members: 1 });
  const works = await Promise.all(crews.map((crew) => begin(stage, crew)));
  for (let kill = 0; kill < killCount; kill++) {
    await sleep(livesMs);
    await stage.server.end('SIGKILL');
    await stage.server.startAgain();
  }
  await Promise.all(
    works.map(async (work) => {
      const [first] = work.actors;
      const whose = work.name === 'all' ? 'members of all clients in one group' : 'members';
      if (first !== undefined)
        await stage.test(first, `${whose} work through ${killCount} kills`, () => end(stage, work));
    }),
  );
}

async function begin({ server }: Stage, crew: Crew): Promise<Work> {
  const { name, actors, members } = crew;
  const topic = `share-crash.${name}`;
  const group = `${topic}.group`;
  // More than they can take until the last kill.
  const recordsPerMs = (actors.length * members * batch) / pauseMs;
  const count = Math.round(recordsPerMs * livesMs * (killCount + 1));
  await createTopics(server.bootstrap, [{ name: topic, partitions }]);
  await configureGroup(server.bootstrap, group, {
    'share.auto.offset.reset': 'earliest',
    'share.delivery.count.limit': '10',
  });
  await actors[0]?.ask('flood', { topic, partitions, count, codec: 'none' });
  const history = createShareHistory();
  const work = { topic, group, members, batch, pauseMs };
  const workers = await Promise.all(actors.map((actor) => startWorker(actor, `of ${name}`, work, history)));
  return { ...crew, topic, group, count, history, workers };
}

async function end(stage: Stage, { topic, group, count, history, workers }: Work): Promise<string> {
  await untilNothingIsLeft(stage, group, topic, partitions, patienceMs);
  await Promise.all(workers.map((worker) => worker.stop()));
  return tell(history.judge(floodedPlaces(count, partitions)));
}
