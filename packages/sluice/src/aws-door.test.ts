import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { it } from 'node:test';
import { Sluice } from './index.ts';

const SIGNED = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-date': '20260301T120000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=123456789012/20260301/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=0',
};

async function ask(endpoint: string | undefined, operation: string, input: object) {
  const headers = { ...SIGNED, 'x-amz-target': `Kinesis_20131202.${operation}` };
  const response = await fetch(endpoint ?? '', { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

it('a broker with a door serves Kinesis, and both are gone at the end', async () => {
  const sluice = await Sluice.start({ aws: { statusDelayMs: 0 } });
  const { awsEndpoint } = sluice;
  assert.match(awsEndpoint ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await ask(awsEndpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })).status, 200);
  const { body } = await ask(awsEndpoint, 'ListStreams', {});
  assert.deepEqual(body.StreamNames, ['orders']);
  assert.equal(body.StreamSummaries[0].StreamARN, 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders');
  await sluice.close();
  await assert.rejects(ask(awsEndpoint, 'ListStreams', {}));
});

it('a door with keys lets nobody else in', async () => {
  await using sluice = await Sluice.start({ aws: { keys: [{ accessKeyId: 'A', secretAccessKey: 's' }] } });
  const { status, body } = await ask(sluice.awsEndpoint, 'ListStreams', {});
  assert.equal(status, 400);
  assert.match(body.__type, /^(InvalidSignature|UnrecognizedClient)Exception$/);
});

it('half-open streams of one client do not keep others waiting', async () => {
  await using sluice = await Sluice.start({ aws: true });
  const session = http2.connect(sluice.awsEndpoint ?? '');
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  const streams = Array.from({ length: 200 }, () => session.request({ ':method': 'POST', ':path': '/' }));
  for (const stream of streams) {
    stream.on('error', () => {});
    stream.write('{');
  }
  assert.equal((await ask(sluice.awsEndpoint, 'ListStreams', {})).status, 200);
  session.destroy();
});

it('a broker has no door unless it is asked for', async () => {
  await using sluice = await Sluice.start();
  assert.equal(sluice.awsEndpoint, undefined);
});
