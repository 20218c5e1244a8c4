import assert from 'node:assert/strict';
import { ACCESS_KEY, REGION } from './start-door.ts';

const DATA = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('base64');
const ARRIVED_AGO_MS_MAX = 120_000;

/** The same without a subscription, of a client that has none. */
export function checkWalkWithoutSubscription(seen: unknown, stream: string): void {
  assert.ok(typeof seen === 'object' && seen !== null && !('subscribed' in seen));
  checkWalk({ ...seen, subscribed: DATA }, stream);
}

/** Compares what a walk saw with what every SDK must see. */
export function checkWalk(seen: unknown, stream: string): void {
  assert.ok(typeof seen === 'object' && seen !== null);
  const { arrivedMs, wrongSecret, ...rest } = seen as Record<string, unknown>;
  const account = ACCESS_KEY.AWS_ACCESS_KEY_ID;
  assert.deepEqual(rest, {
    openShards: 2,
    isListed: true,
    shardIds: ['shardId-000000000000', 'shardId-000000000001'],
    arn: `arn:aws:kinesis:${REGION}:${account}:stream/${stream}`,
    isSameSequenceNumber: true,
    partitionKey: 'ключ',
    data: DATA,
    subscribed: DATA,
    notFound: {
      name: 'ResourceNotFoundException',
      status: 400,
      message: `Stream nowhere under account ${account} not found.`,
    },
    invalid: {
      name: 'ValidationException',
      status: 400,
      message:
        "1 validation error detected: Value 'no good' at 'streamName' failed to satisfy constraint: Member must " +
        'satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    },
  });
  assert.ok(Math.abs(Date.now() - Number(arrivedMs)) < ARRIVED_AGO_MS_MAX, `it arrived at ${arrivedMs}`);
  const { name, status, message } = wrongSecret as Record<string, unknown>;
  assert.deepEqual([name, status], ['InvalidSignatureException', 400]);
  assert.match(String(message), /^The request signature we calculated does not match the signature you provided/);
}
