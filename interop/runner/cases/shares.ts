import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import type { Stage } from '../stage.ts';

const partitions = 3;
const records = 5_000;
const members = 5;
const killCount = 3;
const killPauseMs = 4_000;
const pauseMs = 300;
const patienceMs = 150_000;

/** Kafka's share consumer in each of its ways. */
export async function shares(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    await stage.test(actor, 'shares', async () => {
      const { checks } = await actor.ask('shares', {}, { timeoutMs: 240_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('the client checked nothing');
      return `${checks.length} checks`;
    });
  }
}

/** Members work while the broker is killed again and again: each record is accepted, and none comes again after that. */
export async function shareCrash(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    await stage.test(actor, `${members} members accept ${records} records through ${killCount} kills`, async () => {
      const topic = `share-crash.${actor.name}`;
      await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
      await actor.ask('flood', { topic, partitions, count: records, codec: 'none' });
      const request = { topic, group: `${topic}.group`, count: records, members, pauseMs, patienceMs };
      let isOver = false;
      const working = actor.askBeside('shareWork', request, { timeoutMs: patienceMs + 60_000 }).finally(() => {
        isOver = true;
      });
      // Waited for below, and may fail before.
      working.catch(() => {});
      for (let kill = 0; kill < killCount && !isOver; kill++) {
        await sleep(killPauseMs);
        await stage.server.end('SIGKILL');
        await stage.server.startAgain();
      }
      const wasOver = isOver;
      const { accepted, again, redelivered } = await working;
      if (again.length > 0) throw new Error(`accepted, and delivered again: ${again.slice(0, 10).join(', ')}`);
      if (new Set(accepted).size !== records) throw new Error(`${new Set(accepted).size} of ${records} were accepted`);
      if (wasOver) throw new Error('all was accepted before the last kill');
      return `${redelivered} came more than once`;
    });
  }
}
