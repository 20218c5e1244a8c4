import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_RETRY_BACKOFF_MS,
  CLAIMS_WAITING_MAX,
  createProducerIds,
  PRODUCER_ID_BLOCK_SIZE,
  type ProducerIds,
} from './producer-ids.ts';

function block(firstProducerId: number, count = PRODUCER_ID_BLOCK_SIZE) {
  return { kind: 'block', block: { firstProducerId, count } } as const;
}

function claim(name: string) {
  return { kind: 'claim', claim: name } as const;
}

/** Fed with one block. */
function withBlock(firstProducerId: number, count?: number): ProducerIds<string> {
  const ids = createProducerIds<string>();
  ids.step(claim('first'), 0);
  ids.step(block(firstProducerId, count), 0);
  return ids;
}

test('the first claims wait for the first block and get its ids in order', () => {
  const ids = createProducerIds<string>();
  assert.deepEqual(ids.step(claim('a'), 0), { replies: [], requestBlock: true });
  assert.deepEqual(ids.step(claim('b'), 0), { replies: [], requestBlock: false });
  assert.deepEqual(ids.step(block(5000), 0), {
    replies: [
      { claim: 'a', producerId: 5000 },
      { claim: 'b', producerId: 5001 },
    ],
    requestBlock: false,
  });
  assert.deepEqual(ids.step(claim('c'), 0), { replies: [{ claim: 'c', producerId: 5002 }], requestBlock: false });
});

test('the next block is asked for once 90 % are used, and follows without a gap in service', () => {
  const ids = withBlock(0);
  const requests: number[] = [];
  for (let producerId = 1; producerId < PRODUCER_ID_BLOCK_SIZE; producerId++) {
    const output = ids.step(claim('x'), 0);
    assert.deepEqual(output.replies, [{ claim: 'x', producerId }]);
    if (output.requestBlock) requests.push(producerId);
  }
  assert.deepEqual(requests, [899]);
  assert.deepEqual(ids.step(claim('waits'), 0), { replies: [], requestBlock: false });
  assert.deepEqual(ids.step(block(7000), 0).replies, [{ claim: 'waits', producerId: 7000 }]);
});

test('a refusal answers those who wait, and is not repeated within the backoff', () => {
  const ids = createProducerIds<string>();
  ids.step(claim('a'), 100);
  assert.deepEqual(ids.step({ kind: 'no-block' }, 100), {
    replies: [{ claim: 'a', producerId: undefined }],
    requestBlock: false,
  });
  assert.deepEqual(ids.step(claim('b'), 99 + BLOCK_RETRY_BACKOFF_MS), {
    replies: [{ claim: 'b', producerId: undefined }],
    requestBlock: false,
  });
  assert.deepEqual(ids.step(claim('c'), 100 + BLOCK_RETRY_BACKOFF_MS), { replies: [], requestBlock: true });
});

test('a refused prefetch leaves the ids that are left', () => {
  const ids = withBlock(0, 10);
  for (let count = 1; count < 9; count++) ids.step(claim('x'), 0);
  assert.deepEqual(ids.step({ kind: 'no-block' }, 0), { replies: [], requestBlock: false });
  assert.deepEqual(ids.step(claim('last'), 0).replies, [{ claim: 'last', producerId: 9 }]);
});

test('more claims than a block has go on waiting for the next', () => {
  const ids = createProducerIds<string>();
  for (const name of ['a', 'b', 'c']) ids.step(claim(name), 0);
  assert.deepEqual(ids.step(block(10, 2), 0), {
    replies: [
      { claim: 'a', producerId: 10 },
      { claim: 'b', producerId: 11 },
    ],
    requestBlock: true,
  });
  assert.deepEqual(ids.step(block(20, 2), 0).replies, [{ claim: 'c', producerId: 20 }]);
});

test('only so many claims wait', () => {
  const ids = createProducerIds<string>();
  for (let count = 0; count < CLAIMS_WAITING_MAX; count++) assert.deepEqual(ids.step(claim('waits'), 0).replies, []);
  assert.deepEqual(ids.step(claim('one more'), 0).replies, [{ claim: 'one more', producerId: undefined }]);
  assert.equal(ids.step(block(0), 0).replies.length, CLAIMS_WAITING_MAX);
});

test('a block that overlaps an earlier one, or is no range of safe ids, is thrown away', () => {
  for (const [first, count] of [
    [1999, 1000],
    [1000, 1000],
    [-1, 10],
    [5000, 0],
    [Number.NaN, 10],
    [2 ** 53 - 5, 10],
  ]) {
    const ids = withBlock(1000);
    for (let used = 1; used < PRODUCER_ID_BLOCK_SIZE; used++) ids.step(claim('x'), 0);
    ids.step(claim('waits'), 0);
    const output = ids.step(block(first ?? 0, count), 0);
    assert.deepEqual(output.replies, [{ claim: 'waits', producerId: undefined }], `${count} from ${first}`);
    assert.notEqual(output.rejectedBlock, undefined);
  }
  assert.equal(withBlock(2 ** 53 - 10, 10).step(claim('x'), 0).replies[0]?.producerId, 2 ** 53 - 9);
});

test('no id repeats over brokers that share the metadata, crash at any time, and lose answers', () => {
  const broker = fc.nat({ max: 2 });
  const event = fc.oneof(
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('claim' as const), broker, times: fc.nat({ max: 5 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('allocate' as const), broker }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), broker }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), broker }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), broker }) },
  );
  let handedOut = 0;
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 50, maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 7 }),
      (events, blockSize) => {
        let nextProducerId = 0;
        let nowMs = 0;
        const start = () => ({
          ids: createProducerIds<number>(),
          isAsked: false,
          block: undefined as number | undefined,
        });
        const brokers = [start(), start(), start()];
        const given = new Set<number>();
        for (const happened of events) {
          nowMs += 20;
          const at = brokers[happened.broker];
          assert.ok(at !== undefined);
          const feed = (input: Parameters<typeof at.ids.step>[0]) => {
            const { replies, requestBlock } = at.ids.step(input, nowMs);
            if (requestBlock) {
              assert.ok(!at.isAsked, 'one request at a time');
              at.isAsked = true;
            }
            for (const { producerId } of replies) {
              if (producerId === undefined) continue;
              assert.ok(!given.has(producerId), `${producerId} again`);
              assert.ok(producerId < nextProducerId, 'from a block that was written');
              given.add(producerId);
            }
          };
          if (happened.kind === 'claim') {
            for (let count = 0; count < happened.times; count++) feed({ kind: 'claim', claim: 0 });
          } else if (happened.kind === 'allocate' && at.isAsked && at.block === undefined) {
            at.block = nextProducerId;
            nextProducerId += blockSize;
          } else if (happened.kind === 'answer' && at.block !== undefined) {
            const firstProducerId = at.block;
            Object.assign(at, { isAsked: false, block: undefined });
            feed({ kind: 'block', block: { firstProducerId, count: blockSize } });
          } else if (happened.kind === 'lose' && at.isAsked) {
            Object.assign(at, { isAsked: false, block: undefined });
            feed({ kind: 'no-block' });
          } else if (happened.kind === 'crash') {
            brokers[happened.broker] = start();
          }
        }
        handedOut += given.size;
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(handedOut > 1000, 'the runs do hand out ids');
});
