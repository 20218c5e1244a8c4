import assert from 'node:assert/strict';
import type { DoorProcess } from '../start-door.ts';
import { openStage, type Retrieval } from './stage.ts';

const VALUES_AFTER_CRASH = 100;
const shard = (number: number) => `shardId-${String(number).padStart(12, '0')}`;

/**
 * Two workers read a stream that is written to all the while: it is split, then merged, and one of the workers is killed as
 * it is merged; a third takes part from then on. Returns what there is to tell.
 */
export async function runApplication(door: DoorProcess, retrieval: Retrieval): Promise<string> {
  const stream = `kcl-${retrieval}`;
  await using stage = await openStage(door, stream, retrieval);
  const { history, until } = stage;
  const feed = await stage.startFeed();
  // One after the other: of two that begin on an empty table, KCL 3.5.1 may give up on one.
  const one = stage.startWorker('one');
  await until('the first worker has a lease', () => history.held('one').length > 0);
  const workers = [one, stage.startWorker('two')];
  await until('both workers have a lease', () => workers.every(({ name }) => history.held(name).length > 0));

  feed.write(`split ${shard(0)}`);
  await until('the children of the split are read', () =>
    [shard(2), shard(3)].every((child) => history.begun.has(child)),
  );
  assert(history.ended.has(shard(0)));

  // As the upper child goes together with the shard above it, one who reads either dies.
  const victim = workers.find(({ name }) => history.held(name).includes(shard(1)));
  assert(victim !== undefined, `somebody reads ${shard(1)}`);
  const left = history.held(victim.name);
  feed.write(`merge ${shard(3)} ${shard(1)}`);
  await stage.kill(victim);
  const seenAtCrash = history.seenCount('key-0');
  stage.startWorker('three');
  const isTaken = (shardId: string) => [...history.workersOf(shardId)].some((name) => name !== victim.name);
  await until('others take the leases of the worker that died', () => left.every(isTaken));
  await until('the child of the merge is read', () => history.begun.has(shard(4)));
  await until('records are read again', () => history.seenCount('key-0') > seenAtCrash + VALUES_AFTER_CRASH);

  feed.write('stop');
  await until('the feed has stopped', () => stage.written() !== undefined);
  const { counts = {}, shards = [] } = stage.written() ?? {};
  const written = new Map(Object.entries(counts));
  await until('all is read', () => [...written].every(([key, count]) => history.seenCount(key) >= count));
  history.check(written, shards);
  const { records, again, aggregated } = history.counts;
  assert(aggregated > 0, 'some records were aggregated');
  return `${records} records, ${aggregated} of them out of aggregated ones, ${again} done again after the crash of a worker with ${left.length} leases`;
}
