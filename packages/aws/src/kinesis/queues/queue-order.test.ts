import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { QueueRecord } from '../generated/types.ts';
import { queueFixture, valuesOf } from '../testing/queue-fixture.ts';

const SEEDS = Number(process.env.QUEUE_SEEDS ?? 3);
const STEPS = 60;
const VISIBILITY_S = 3;
const RECEIVES_MAX = 3;

/**
 * Doors receive, acknowledge, let records wait, set them aside and restore them, and die in the middle of it. What was
 * acknowledged never comes again, nothing is given to two while it is invisible, and nothing is lost.
 */
async function live(seed: number): Promise<void> {
  const fixture = queueFixture(seed);
  const { clock, open, run, context, createStream, createQueue, put, entriesOf } = fixture;
  const random = createSimRandom(seed * 7919);
  await createStream();
  const DeadLetterConfiguration = { TargetType: 'BUILT_IN' as const, MaxReceiveCount: RECEIVES_MAX };
  const QueueAttributes = { VisibilityTimeoutSeconds: VISIBILITY_S, DeadLetterConfiguration };
  const QueueARN = await createQueue('q', { QueueAttributes });
  const doors = [open(), open(), open()];
  const wanted = new Set<string>();
  const done = new Set<string>();
  const invisibleUntilMs = new Map<string, number>();
  let hand: QueueRecord[] = [];
  let count = 0;
  const doorOf = () => doors[random.below(doors.length)] ?? doors[0] ?? fixture.door;

  function note(records: readonly QueueRecord[], startMs: number): void {
    for (const { Data } of records) {
      const value = String(Data);
      assert(wanted.has(value), `${value} was never put`);
      assert(!done.has(value), `${value} was acknowledged and came again`);
      assert(clock.now() >= (invisibleUntilMs.get(value) ?? 0), `${value} was given while it was invisible`);
      invisibleUntilMs.set(value, startMs + VISIBILITY_S * 1000);
    }
    hand.push(...records);
  }

  async function step(): Promise<void> {
    const kind = random.below(10);
    if (kind < 3) {
      const values = Array.from({ length: 1 + random.below(5) }, () => `v${count++}`);
      for (const value of values) wanted.add(value);
      await put(...values);
    } else if (kind < 6) {
      const startMs = clock.now();
      note(await fixture.receive(QueueARN, { Limit: 1 + random.below(10) }, doorOf()), startMs);
    } else if (kind < 8) {
      const said = hand.filter(() => random.below(2) === 0).slice(0, 10);
      if (said.length === 0) return;
      hand = hand.filter((each) => !said.includes(each));
      const { Successful } = await fixture.acknowledge(QueueARN, said, doorOf());
      for (const { ReceiptHandle } of Successful) {
        done.add(String(said.find((each) => each.ReceiptHandle === ReceiptHandle)?.Data));
      }
    } else if (kind === 8) {
      await clock.advance(random.below(VISIBILITY_S * 1500));
    } else {
      // A receive is under way while its door dies; its answer is nobody's.
      const index = random.below(doors.length);
      const dying = doors[index];
      void Promise.resolve(dying?.operations.ReceiveQueueRecords({ QueueARN, WaitTimeSeconds: 1 }, context())).catch(
        () => {},
      );
      await clock.advance(random.below(40));
      dying?.kill();
      doors[index] = open();
      // What it may have taken is invisible as long as if it had been given.
      await clock.advance(VISIBILITY_S * 1000);
    }
  }

  for (let index = 0; index < STEPS; index++) await step();
  const left = () => [...wanted].filter((value) => !done.has(value));
  for (let round = 0; left().length > 0; round++) {
    assert(round < 30, `lost: ${left().join(' ')} of ${wanted.size}`);
    // Locks of the dead end as well.
    await clock.advance(20_000);
    const [door, other] = [doorOf(), doorOf()];
    const dead = await fixture.receiveDead(QueueARN, { VisibilityTimeoutSeconds: 0 }, door);
    if (dead.length > 0) {
      const restore = { QueueARN, Entries: entriesOf(dead) };
      assert.deepEqual((await run(other.operations.RestoreDeadLetterQueueRecords(restore, context()))).Failed, []);
      for (const value of valuesOf(dead)) assert(!done.has(value), `${value} was acknowledged and is a dead letter`);
    }
    for (;;) {
      const startMs = clock.now();
      const records = await fixture.receive(QueueARN, {}, door);
      if (records.length === 0) break;
      note(records, startMs);
      assert.deepEqual((await fixture.acknowledge(QueueARN, records, other)).Failed, []);
      for (const value of valuesOf(records)) done.add(value);
    }
  }
  await clock.advance(60_000);
  assert.deepEqual(await fixture.receive(QueueARN, {}, doorOf()), []);
  assert.deepEqual(await fixture.receiveDead(QueueARN, {}, doorOf()), []);
}

describe('a queue under doors that die', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`loses nothing, and gives nothing again that was acknowledged (seed ${seed})`, async () => {
      await live(seed);
    });
  }
});
