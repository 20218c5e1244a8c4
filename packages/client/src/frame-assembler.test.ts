import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFrameAssembler } from './frame-assembler.ts';

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

describe('the frame assembler', () => {
  it('gives the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 4, maxLength: 60 }), { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (bodies, cuts) => {
          const stream = Buffer.concat(bodies.map((body) => framed(Buffer.from(body))));
          const edges = [...new Set([0, ...cuts.filter((cut) => cut < stream.length), stream.length])];
          edges.sort((a, b) => a - b);
          const assembler = createFrameAssembler();
          const frames: Buffer[] = [];
          for (const [index, edge] of edges.entries()) {
            const pushed = assembler.push(stream.subarray(edges[index - 1] ?? 0, edge));
            assert(pushed !== undefined);
            frames.push(...pushed);
          }
          assert.deepEqual(
            frames.map((frame) => frame.toString('hex')),
            bodies.map((body) => Buffer.from(body).toString('hex')),
          );
        },
      ),
    );
  });

  it('refuses a length that no answer has', () => {
    assert.equal(createFrameAssembler(100).push(framed(Buffer.alloc(101))), undefined);
    assert.equal(createFrameAssembler(100).push(framed(Buffer.alloc(100)))?.length, 1);
    assert.equal(createFrameAssembler().push(Buffer.from('HTTP/1.1 400 Bad Request')), undefined);
    assert.equal(createFrameAssembler().push(Buffer.from([0, 0, 0, 3, 1, 2, 3])), undefined);
    assert.equal(createFrameAssembler().push(Buffer.from([0xff, 0xff, 0xff, 0xff])), undefined);
  });
});
