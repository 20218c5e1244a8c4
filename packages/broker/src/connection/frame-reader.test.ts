import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { receive } from '../testing/receive.ts';
import { createFrameBuffers } from './frame-buffers.ts';
import { createFrameReader } from './frame-reader.ts';

function frameOf(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function collect(frameSizeBytesMax = 1_000_000) {
  const frames: Buffer[] = [];
  const badLengths: number[] = [];
  const reader = createFrameReader({
    frameSizeBytesMax,
    scratch: Buffer.alloc(512),
    buffers: createFrameBuffers(),
    onFrame: (frame) => frames.push(frame),
    onBadLength: (length) => badLengths.push(length),
  });
  return { reader, push: (bytes: Buffer) => receive(reader, bytes), frames, badLengths };
}

test('frames come out whole and in order however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60_000 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 }),
      (contents, cuts) => {
        const { reader, push, frames } = collect();
        const bytes = Buffer.concat(contents.map((content) => frameOf(Buffer.from(content))));
        for (let position = 0, cut = 0; position < bytes.length; cut++) {
          const size = cuts[cut % cuts.length] ?? 1;
          push(Buffer.from(bytes.subarray(position, position + size)));
          position += size;
        }
        assert.deepEqual(
          frames.map((frame) => frame.toString('hex')),
          contents.map((content) => Buffer.from(content).toString('hex')),
        );
        assert.equal(reader.partialSizeBytes, 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('a large frame arrives in its own buffer, past the first piece', () => {
  const { reader, push } = collect();
  const content = Buffer.alloc(5_000, 7);
  push(frameOf(content).subarray(0, 404));
  const room = reader.buffer();
  assert.equal(room.length, 4_600);
  assert.equal(reader.partialSizeBytes, 404);
});

test('a byte at a time costs memory for the bytes received, not for those announced', () => {
  const { reader, push, frames } = collect(200_000_000);
  const length = Buffer.alloc(4);
  length.writeInt32BE(100_000_000);
  push(length);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 50_000; i++) push(Buffer.from([i & 0xff]));
  assert.equal(reader.partialSizeBytes, 50_004);
  assert.ok(process.memoryUsage().arrayBuffers - before < 4_000_000);
  assert.equal(frames.length, 0);
});

test('the largest length is accepted, one more and a negative one are refused at once', () => {
  const atLimit = collect(8);
  atLimit.push(frameOf(Buffer.alloc(8)));
  assert.equal(atLimit.frames.length, 1);

  const pastLimit = collect(8);
  pastLimit.push(frameOf(Buffer.alloc(9)));
  assert.deepEqual(pastLimit.badLengths, [9]);
  pastLimit.push(frameOf(Buffer.alloc(1)));
  assert.equal(pastLimit.frames.length, 0);

  const negative = collect(8);
  negative.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  assert.deepEqual(negative.badLengths, [-1]);
});
