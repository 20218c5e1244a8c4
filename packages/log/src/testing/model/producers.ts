import assert from 'node:assert/strict';
import { CODECS } from '@sluice/protocol/compression/codec';
import { appendOptions } from '../test-log.ts';
import { encodeBatch, encodeMarker, isTransactional, markerAt, producerOf } from './batches.ts';
import type { Command } from './commands.ts';
import type { LivingLog } from './living-log.ts';
import { openTransactionsOf, type ReferenceBatch } from './reference-log.ts';

/** Those who write to a log and its model: plain, idempotent and transactional producers, and their coordinator. */
export interface ModelProducers {
  send(command: Extract<Command, { kind: 'send' }>): void;
  endTransaction(producerId: number, isAbort: boolean): void;
  retry(producerId: number): void;
  checkSequences(): void;
  adoptSequences(): void;
}

export function createModelProducers(life: LivingLog): ModelProducers {
  const { clock, reference } = life;
  const nextSequence = new Map<number, number>();
  let serial = 0;

  function send({ producer, records, codec, isDurable }: Extract<Command, { kind: 'send' }>): void {
    const producerId = producerOf(producer);
    const baseSequence = producerId === -1 ? -1 : (nextSequence.get(producerId) ?? 0);
    const baseOffset = reference.endOffset;
    const batch: ReferenceBatch = {
      baseOffset,
      lastOffset: baseOffset + records.length - 1,
      leaderEpoch: reference.leaderEpoch,
      codec: CODECS[codec % CODECS.length] ?? 'none',
      producerId,
      baseSequence,
      isTransactional: isTransactional(producerId),
      marker: undefined,
      records: records.map(({ key, size, age }, index) => ({
        offset: baseOffset + index,
        key: `key-${key}`,
        value: size < 0 ? null : `${serial++}-${'x'.repeat(size)}`,
        timestampMs: clock.now() - age,
      })),
      isDurable,
      isAcked: false,
    };
    append(batch, encodeBatch(batch));
    if (producerId !== -1) nextSequence.set(producerId, baseSequence + records.length);
  }

  function endTransaction(producerId: number, isAbort: boolean): void {
    if (!openTransactionsOf(reference).has(producerId)) return;
    const marker = markerAt(reference, producerId, isAbort ? 'ABORT' : 'COMMIT', clock.now());
    append(marker, encodeMarker(marker));
  }

  function append(batch: ReferenceBatch, bytes: Buffer): void {
    const result = life.log.append(
      bytes,
      appendOptions({
        durable: batch.isDurable,
        leaderEpoch: batch.leaderEpoch,
        nowMs: clock.now(),
        origin: batch.marker === undefined ? 'client' : 'coordinator',
      }),
    );
    assert.equal(result.kind, 'appended', JSON.stringify(result));
    assert(result.kind === 'appended');
    assert.equal(result.firstOffset, batch.baseOffset, 'I3: offsets follow each other');
    reference.batches.push(batch);
    reference.endOffset = batch.lastOffset + 1;
    const done = (failure: string | undefined) => {
      batch.isAcked = failure === undefined;
    };
    if (batch.isDurable) life.log.onDurable(reference.endOffset, done);
    else life.log.onWritten(reference.endOffset, done);
  }

  /** I4: what a producer sent last is known for a retry, whatever was done to the log since. */
  function retry(producerId: number): void {
    const last = reference.batches.findLast((batch) => batch.producerId === producerId && batch.marker === undefined);
    if (producerId === -1 || last === undefined || nextSequence.get(producerId) === 0) return;
    const result = life.log.append(encodeBatch(last), appendOptions({ durable: true, nowMs: clock.now() }));
    assert.equal(result.kind, 'duplicate', `I4: a retry of ${last.baseOffset}: ${JSON.stringify(result)}`);
    assert(result.kind === 'duplicate');
    assert.equal(result.firstOffset, last.baseOffset, 'I4: a duplicate has its first offset');
  }

  /** I4: a producer's state survives as long as its last batch does. */
  function checkSequences(): void {
    const known = new Map(life.log.activeProducers().map((each) => [each.producerId, each.lastSequence]));
    const last = new Map<number, ReferenceBatch>();
    for (const batch of reference.batches) if (batch.baseSequence >= 0) last.set(batch.producerId, batch);
    for (const [producerId, { baseSequence, records, lastOffset }] of last) {
      if (lastOffset < reference.logStartOffset) continue;
      assert.equal(known.get(producerId), baseSequence + records.length - 1, `I4: the state of producer ${producerId}`);
    }
    adoptSequences();
  }

  /** Producers ask the broker where they are, as Kafka's do after an error. */
  function adoptSequences(): void {
    nextSequence.clear();
    for (const { producerId, lastSequence } of life.log.activeProducers()) {
      nextSequence.set(producerId, Math.max(0, lastSequence + 1));
    }
  }

  return { send, endTransaction, retry, checkSequences, adoptSequences };
}
