import assert from 'node:assert/strict';
import { CLOCK_WINDOW_MS } from '../../clock-window.ts';
import { readWhole } from './compare.ts';
import { type LivingLog, offsetAt } from './living-log.ts';
import { SEGMENT_SIZE_BYTES } from './open-model.ts';

/** What takes records off a log's start, and what it must leave (I16). */
export interface ModelDeletions {
  deleteBelow(share: number): Promise<void>;
  retainBytes(sizeBytes: number): Promise<void>;
  retainTime(retentionMs: number, jumpMs: number): Promise<void>;
}

export function createModelDeletions(life: LivingLog): ModelDeletions {
  const { clock, reference } = life;
  /** By the monotonic clock. What the wall clock said then keeps what is too old for as long as it is remembered. */
  let wentBackMs = Number.NEGATIVE_INFINITY;

  async function deleteBelow(share: number): Promise<void> {
    await life.settle();
    const offset = offsetAt(life, share, life.log.logStartOffset, life.log.highWatermark);
    reference.logStartAskedOffset = Math.max(reference.logStartAskedOffset, offset);
    await life.log.deleteRecordsBelow(offset);
    reference.logStartOffset = Math.max(reference.logStartOffset, offset);
  }

  async function retainBytes(sizeBytes: number): Promise<void> {
    await life.settle();
    await life.compacting;
    const before = { sizeBytes: life.log.sizeBytes, start: life.log.logStartOffset };
    life.log.reconfigure({ ...life.config(), retentionSizeBytes: sizeBytes });
    await life.log.applyRetention();
    if (life.log.logStartOffset > before.start) {
      assert(life.config().cleanupDelete, 'I16: nothing goes unless the policy says so');
      assert(life.log.sizeBytes >= sizeBytes, 'I16: no more goes than the limit asks');
    } else if (life.config().cleanupDelete) {
      // An emptied or a grown segment in front may be all that there is.
      assert(before.sizeBytes < sizeBytes + 2 * SEGMENT_SIZE_BYTES, 'what is too much goes');
    }
    noteDeleted();
  }

  /** The true time is the monotonic one: the wall clock may have jumped, and jumps back afterwards (F15). */
  async function retainTime(retentionMs: number, jumpMs: number): Promise<void> {
    await life.settle();
    await life.compacting;
    const actual = await readWhole(life.log);
    const trueNowMs = clock.now();
    const start = life.log.logStartOffset;
    life.log.reconfigure({ ...life.config(), retentionMs });
    if (jumpMs < 0) wentBackMs = clock.monotonicMs();
    clock.jump(jumpMs);
    await life.log.applyRetention();
    clock.jump(-jumpMs);
    const records = actual.flatMap((batch) => batch.records).filter(({ offset }) => offset >= start);
    for (const { offset, timestampMs } of records) {
      if (offset >= life.log.logStartOffset) continue;
      assert(life.config().cleanupDelete, 'I16: nothing goes unless the policy says so');
      assert(trueNowMs - timestampMs > retentionMs, `I16: offset ${offset} was not too old yet`);
    }
    const isAllOld = records.every(({ timestampMs }) => trueNowMs - timestampMs > retentionMs);
    const isUntouched = reference.compactedBelow === 0;
    const isClockSure = jumpMs === 0 && clock.monotonicMs() - wentBackMs > 2 * CLOCK_WINDOW_MS;
    if (isClockSure && isAllOld && isUntouched && life.config().cleanupDelete) {
      assert.equal(life.log.logStartOffset, reference.endOffset, 'what is too old goes');
    }
    noteDeleted();
  }

  function noteDeleted(): void {
    assert(life.log.logStartOffset >= reference.logStartOffset, 'I16: the start of the log only rises');
    reference.logStartOffset = life.log.logStartOffset;
    reference.logStartAskedOffset = Math.max(reference.logStartAskedOffset, life.log.logStartOffset);
    life.log.reconfigure(life.config());
  }

  return { deleteBelow, retainBytes, retainTime };
}
