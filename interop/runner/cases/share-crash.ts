import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { configureGroup } from '../shares/share-group.ts';
import { createShareHistory } from '../shares/share-history.ts';
import { floodedPlaces, startWorker, tell, untilNothingIsLeft } from '../shares/share-work.ts';
import { type Actor, Skip, type Stage } from '../stage.ts';

const partitions = 3;
const killCount = 3;
/** Between a start and the next kill. */
const livesMs = 2_500;
const pauseMs = 100;
const batch = 20;
const patienceMs = 90_000;

/** Members of share groups work while the broker is killed again and again: those of each client, then of all in one group. */
export async function shareCrash(stage: Stage): Promise<void> {
  const able = stage.actors.filter(({ hello }) => hello.can.includes('shares'));
  for (const actor of able) {
    await stage.test(actor, `members work through ${killCount} kills`, () => work(stage, actor.name, [actor], 4));
  }
  const [first] = able;
  if (first === undefined) return;
  await stage.test(first, `members of all clients in one group work through ${killCount} kills`, () => {
    if (able.length < 2) throw new Skip('there is only one such client here');
    return work(stage, 'all', able, 2);
  });
}

async function work(stage: Stage, name: string, actors: readonly Actor[], members: number): Promise<string> {
  const { server } = stage;
  const topic = `share-crash.${name}`;
  const group = `${topic}.group`;
  // More than they can take until the last kill.
  const recordsPerMs = (actors.length * members * batch) / pauseMs;
  const count = Math.round(recordsPerMs * livesMs * (killCount + 1));
  await createTopics(server.bootstrap, [{ name: topic, partitions }]);
  await configureGroup(server.bootstrap, group, {
    'share.auto.offset.reset': 'earliest',
    'share.delivery.count.limit': '10',
    'share.record.lock.duration.ms': '15000',
  });
  await actors[0]?.ask('flood', { topic, partitions, count, codec: 'none' });
  const history = createShareHistory();
  const work = { topic, group, members, batch, pauseMs };
  const workers = await Promise.all(actors.map((actor) => startWorker(actor, `of ${name}`, work, history)));
  for (let kill = 0; kill < killCount; kill++) {
    await sleep(livesMs);
    await server.end('SIGKILL');
    await server.startAgain();
  }
  await untilNothingIsLeft(stage, group, topic, partitions, patienceMs);
  await Promise.all(workers.map((worker) => worker.stop()));
  return tell(history.judge(floodedPlaces(count, partitions)));
}
