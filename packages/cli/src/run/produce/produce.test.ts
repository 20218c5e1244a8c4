import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BATCH_SIZE_BYTES_MAX, COLLECTED_SIZE_BYTES_MAX, createCollector } from './collector.ts';
import { parseLine } from './parse-line.ts';
import { createPartitionChoice } from './partition-choice.ts';
import { createSentSummary } from './sent-summary.ts';
import { LINE_SIZE_BYTES_MAX, splitLines } from './split-lines.ts';

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const some of splitLines(source())) lines.push(...some.map(String));
  return lines;
}

describe('lines of the input', () => {
  it('are the same however the input is cut', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom('', 'a', 'bc', '\r', 'é', 'x\ry')),
      fc.boolean(),
      fc.array(fc.nat(30)),
      async (lines, isEnded, cuts) => {
        const text = Buffer.from(lines.map((line) => `${line}\n`).join('') + (isEnded ? '' : 'rest'));
        const edges = [0, ...cuts.filter((cut) => cut <= text.length), text.length].sort((a, b) => a - b);
        const chunks = edges.slice(1).map((edge, index) => text.subarray(edges[index], edge));
        const expected = [...lines, ...(isEnded ? [] : ['rest'])].map((line) => line.replace(/\r$/, ''));
        assert.deepEqual(await linesOf(chunks), expected);
      },
    );
    await fc.assert(property);
  });

  it('are given as soon as they are whole', async () => {
    const source = new ReadableStream<Buffer>({
      start: (controller) => controller.enqueue(Buffer.from('first\nsecond\nthi')),
    });
    for await (const lines of splitLines(source)) {
      assert.deepEqual(lines.map(String), ['first', 'second']);
      break;
    }
  });

  it('are limited in length', async () => {
    const chunk = Buffer.alloc(LINE_SIZE_BYTES_MAX / 4, 'x');
    const atLimit = [chunk, chunk, chunk, chunk, Buffer.from('\n')];
    assert.equal((await linesOf(atLimit))[0]?.length, LINE_SIZE_BYTES_MAX);
    await assert.rejects(linesOf([...atLimit.slice(0, 4), Buffer.from('x'), Buffer.from('\n')]), /longer than 64 MiB/);
  });
});

describe('a line', () => {
  it('is split at the first separator', () => {
    const format = { keySeparator: Buffer.from('::'), nullText: Buffer.from('NULL') };
    const parsed = (line: string) => {
      const { key, value } = parseLine(Buffer.from(line), format) ?? {};
      return [key?.toString() ?? key, value?.toString() ?? value];
    };
    assert.deepEqual(parsed('a::b::c'), ['a', 'b::c']);
    assert.deepEqual(parsed('::'), ['', '']);
    assert.deepEqual(parsed('a::NULL'), ['a', null]);
    assert.deepEqual(parsed('NULL::b'), [null, 'b']);
    assert.equal(parseLine(Buffer.from('a:b'), format), undefined);
  });

  it('is the value when there is no separator', () => {
    const line = Buffer.from('a:b');
    assert.deepEqual(parseLine(line, { keySeparator: undefined, nullText: undefined }), { key: null, value: line });
  });
});

describe('the partition of a record', () => {
  it('depends on its key as in Kafka', () => {
    const choose = createPartitionChoice(12, 5);
    assert.equal(choose(Buffer.from('alice'), 1), choose(Buffer.from('alice'), 1_000_000));
    assert.notEqual(choose(Buffer.from('alice'), 1), choose(Buffer.from('bob'), 1));
  });

  it('changes after some bytes when there is no key, and goes round', () => {
    const choose = createPartitionChoice(3, 2);
    const seen = Array.from({ length: 6 }, () => choose(null, 40_000));
    assert.deepEqual(seen, [2, 2, 0, 0, 1, 1]);
  });
});

describe('the collector', () => {
  it('is full for a partition at the size of a batch, and one record always fits', () => {
    const collector = createCollector();
    assert.equal(collector.isFullFor(0, BATCH_SIZE_BYTES_MAX * 3), false);
    collector.add(0, { value: 'x' }, BATCH_SIZE_BYTES_MAX - 100);
    assert.equal(collector.isFullFor(0, 10), false);
    assert.equal(collector.isFullFor(0, 101), true);
    assert.equal(collector.isFullFor(1, 101), false);
  });

  it('is full for all at its own size, and empty once it was taken', () => {
    const collector = createCollector();
    const count = COLLECTED_SIZE_BYTES_MAX / BATCH_SIZE_BYTES_MAX;
    for (let partition = 0; partition < count; partition++) {
      collector.add(partition, { value: 'x' }, BATCH_SIZE_BYTES_MAX - 32);
    }
    assert.equal(collector.isFullFor(count, 1), true);
    assert.equal(collector.take().length, count);
    assert.equal(collector.isFullFor(count, 1), false);
    assert.deepEqual(collector.take(), []);
  });
});

describe('the summary', () => {
  it('tells first and last offset, as far as the broker told them', () => {
    const summary = createSentSummary();
    summary.add([
      { partition: 1, count: 2, baseOffset: 10 },
      { partition: 0, count: 1, baseOffset: 4 },
    ]);
    summary.add([{ partition: 1, count: 1, baseOffset: 15 }]);
    assert.equal(
      summary.toText('orders'),
      'wrote 4 records to orders: partition 0 offset 4, partition 1 offsets 10–15',
    );
    const untold = createSentSummary();
    untold.add([{ partition: 0, count: 1, baseOffset: -1 }]);
    assert.equal(untold.toText('orders'), 'wrote 1 record to orders: partition 0 (1 record)');
    assert.deepEqual(untold.toJson('orders'), {
      topic: 'orders',
      records: 1,
      partitions: [{ partition: 0, records: 1, firstOffset: null, lastOffset: null }],
    });
  });
});
