import { createTopics } from '../create-topics.ts';
import type { Settings } from '../server.ts';
import { configureGroup } from '../shares/share-group.ts';
import { untilNothingIsLeft } from '../shares/share-work.ts';
import type { Actor, Stage } from '../stage.ts';

/** Members hear of their partitions with their second heartbeat: it comes soon, and locks may be short. */
export const soon: Settings = {
  'group.share.min.heartbeat.interval.ms': '500',
  'group.share.heartbeat.interval.ms': '500',
  'group.share.min.record.lock.duration.ms': '1000',
  'share.coordinator.state.topic.num.partitions': '3',
};

/** Each with a topic and a group of its own. */
const scenes = ['implicit', 'explicit', 'asynchronous', 'renew', 'closing', 'members'];
/** 90 records in small batches: members get whole ones, where their client cannot limit records. */
const batches = Array.from({ length: 18 }, (_, batch) =>
  Array.from({ length: 5 }, (_, index) => ({ key: null, value: `${batch * 5 + index}`, headers: [], timestamp: 1 })),
);
const patienceMs = 10_000;

/** Each client's share consumer in each of its ways, all at one time: they mostly wait. */
export async function shares(stage: Stage): Promise<void> {
  const able = stage.actors.filter(({ hello }) => hello.can.includes('share-checks'));
  await Promise.all(able.map((actor) => stage.test(actor, 'shares', () => check(stage, actor))));
}

async function check(stage: Stage, actor: Actor): Promise<string> {
  const topic = `shares.${actor.name}`;
  await prepare(stage, actor, topic);
  const { checks, emptied = [] } = await actor.ask('shares', { topic }, { timeoutMs: 240_000 });
  for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
  for (const one of emptied) await untilNothingIsLeft(stage, `${one}.group`, one, 1, patienceMs);
  if (checks.length === 0) throw new Error('the client checked nothing');
  return `${checks.length} checks`;
}

async function prepare({ server }: Stage, actor: Actor, prefix: string): Promise<void> {
  await createTopics(
    server.bootstrap,
    scenes.map((scene) => ({ name: `${prefix}.${scene}` })),
  );
  for (const scene of scenes) {
    const topic = `${prefix}.${scene}`;
    await configureGroup(server.bootstrap, `${topic}.group`, { 'share.auto.offset.reset': 'earliest' });
    await actor.ask('write', { topic, partition: 0, codec: 'none', batches });
  }
}
