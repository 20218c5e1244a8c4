import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpHandler, HttpRequest, HttpResponse } from '@sluice/kernel/http-server';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { AwsError } from './aws-error.ts';
import { readCbor } from './cbor/read-cbor.ts';
import { createFront } from './front.ts';
import type { AnyOperations, OperationContext } from './operation.ts';
import { TEST_CONTRACT } from './testing/contract.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';
const CBOR_TYPE = 'application/x-amz-cbor-1.1';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SIGNED = {
  host: 'localhost',
  authorization:
    'AWS4-HMAC-SHA256 Credential=A/20260301/cn-north-1/kinesis/aws4_request, SignedHeaders=host, Signature=c',
  'x-amz-date': '20260301T120000Z',
};

const seen: OperationContext[] = [];
const operations: AnyOperations = {
  Put: (input: { Name: string }, context) => {
    seen.push(context);
    if (input.Name === 'none') throw new AwsError('NotFound', 'no such thing', { members: { Name: 'none' } });
    if (input.Name === 'broken') throw new AwsError('Broken', 'our fault');
    if (input.Name === 'bug') throw new Error('a secret of the house');
    return { At: 1500, Entries: [{ Key: 'k', Data: Buffer.of(1) }] };
  },
  Tag: () => undefined,
  Watch: () => ({
    Events: (async function* () {
      yield { Entry: { Key: 'one' } };
      throw new AwsError('NotFound', 'gone');
    })(),
  }),
};

const front: HttpHandler = createFront({
  services: [{ contract: TEST_CONTRACT, operations }],
  clock: createSimClock(),
  random: createSimRandom(1),
  logger: silentLogger,
});

interface Asked extends Partial<Omit<HttpRequest, 'body' | 'headers'>> {
  readonly operation?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

function ask({
  operation = 'Test_1.Put',
  type = JSON_TYPE,
  headers = {},
  body = '{}',
  ...rest
}: Asked): Promise<HttpResponse> {
  return front({
    method: 'POST',
    target: '/',
    version: '1.1',
    signal: new AbortController().signal,
    headers: { ...SIGNED, 'content-type': type, 'x-amz-target': operation, ...headers },
    body: Buffer.from(body),
    ...rest,
  });
}

function text({ body }: HttpResponse): string {
  assert.ok(Buffer.isBuffer(body));
  return body.toString();
}

const PUT = JSON.stringify({ Name: 'a', Entries: [{ Key: 'k' }] });

describe('the front', () => {
  it('answers in JSON', async () => {
    const response = await ask({ body: PUT });
    assert.equal(response.status, 200);
    assert.equal(text(response), '{"Entries":[{"Key":"k","Data":"AQ=="}],"At":1.5}');
    const { 'x-amzn-requestid': requestId, 'x-amz-id-2': extendedId, ...headers } = response.headers;
    assert.deepEqual(headers, { 'content-type': JSON_TYPE, 'content-length': '48' });
    assert.match(requestId ?? '', UUID);
    assert.equal(Buffer.from(extendedId ?? '', 'base64').length, 64);
    const { accountId, region, awsPartition, requestId: told } = seen.at(-1) ?? {};
    assert.deepEqual([accountId, region, awsPartition, told], ['000000000000', 'cn-north-1', 'aws-cn', requestId]);
  });

  it('answers in CBOR', async () => {
    const body = Buffer.from('bf644e616d65616167456e74726965739fbf634b6579616bffffff', 'hex');
    const response = await ask({ type: CBOR_TYPE, body });
    assert.equal(response.headers['content-type'], CBOR_TYPE);
    assert.ok(Buffer.isBuffer(response.body));
    assert.deepEqual(response.body.toString('hex'), 'a267456e747269657381a2634b6579616b64446174614101624174c11905dc');
  });

  it('answers nothing where an operation has no output', async () => {
    const body = JSON.stringify({ Arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/a' });
    const response = await ask({ operation: 'Test_1.Tag', body });
    assert.deepEqual([response.status, text(response), response.headers['content-length']], [200, '', '0']);
  });

  it('takes a content type with parameters and spaces', async () => {
    assert.equal((await ask({ type: `  ${JSON_TYPE} ; charset=x`, body: PUT })).status, 200);
  });

  const errors: readonly [string, Asked, number, object][] = [
    [
      'an error of the model',
      { body: PUT.replace('"a"', '"none"') },
      400,
      { __type: 'NotFound', message: 'no such thing', Name: 'none' },
    ],
    ['a fault of the model', { body: PUT.replace('"a"', '"broken"') }, 500, { __type: 'Broken', message: 'our fault' }],
    ['a bug', { body: PUT.replace('"a"', '"bug"') }, 500, { __type: 'InternalFailure' }],
    ['an unknown operation', { operation: 'Test_1.Whatever' }, 400, { __type: 'UnknownOperationException' }],
    [
      'an operation that is a property of every object',
      { operation: 'Test_1.toString' },
      400,
      { __type: 'UnknownOperationException' },
    ],
    [
      'an operation of the model that is not there',
      { operation: 'Test_1.Later' },
      400,
      { __type: 'UnknownOperationException' },
    ],
    ['an unknown service', { operation: 'Other_1.Put' }, 400, { __type: 'UnknownOperationException' }],
    ['no operation', { operation: 'Test_1.' }, 400, { __type: 'UnknownOperationException' }],
    ['no target', { operation: '' }, 400, { __type: 'UnknownOperationException' }],
    ['no body', { body: '' }, 400, { __type: 'SerializationException' }],
    ['a body that is no JSON', { body: 'hello' }, 400, { __type: 'SerializationException' }],
    ['a body that is no structure', { body: 'true' }, 400, { __type: 'SerializationException' }],
    ['a deep body', { body: `${'['.repeat(100)}${']'.repeat(100)}` }, 400, { __type: 'SerializationException' }],
    [
      'a list for a body',
      { body: '[]' },
      400,
      { __type: 'SerializationException', message: 'Start of list found where not expected' },
    ],
    ['no signature', { body: PUT, headers: { authorization: 'x' } }, 400, { __type: 'IncompleteSignatureException' }],
    [
      'a broken body before a missing signature',
      { body: 'x', headers: { authorization: 'x' } },
      400,
      { __type: 'SerializationException' },
    ],
  ];
  for (const [name, asked, status, body] of errors) {
    for (const type of [JSON_TYPE, CBOR_TYPE]) {
      if (type === CBOR_TYPE && asked.body !== undefined) continue;
      it(`answers ${name} in ${type}`, async () => {
        const response = await ask({ type, ...asked, ...(type === CBOR_TYPE ? { body: Buffer.of(0xa0) } : {}) });
        assert.equal(response.status, status);
        assert.equal(response.headers['content-type'], type);
        assert.match(response.headers['x-amzn-requestid'] ?? '', UUID);
        assert.ok(Buffer.isBuffer(response.body));
        const told: { __type?: string; message?: string } =
          type === JSON_TYPE ? JSON.parse(text(response)) : { ...(readCbor(response.body) as object) };
        if (told.__type === 'IncompleteSignatureException') delete told.message;
        assert.deepEqual(told, body);
        assert.equal(response.headers['x-amzn-errortype'], told.__type);
      });
    }
  }

  const foreign: readonly [string, Asked, number, RegExp][] = [
    ['another method', { method: 'GET', body: '' }, 403, /<AccessDeniedException>\n {2}<Message>Unable to determine/],
    ['another content type', { type: 'text/plain' }, 404, /^<UnknownOperationException\/>\n$/],
    ['JSON 1.0', { type: 'application/x-amz-json-1.0' }, 404, /^<UnknownOperationException\/>\n$/],
    ['neither content type nor target', { type: '', operation: '' }, 403, /<AccessDeniedException>/],
  ];
  for (const [name, asked, status, body] of foreign) {
    it(`answers ${name} in a little XML`, async () => {
      const response = await ask(asked);
      assert.equal(response.status, status);
      assert.match(text(response), body);
      assert.equal(response.headers['content-type'], undefined);
    });
  }

  it('lets pages of any origin in', async () => {
    const response = await ask({ body: PUT, headers: { origin: 'https://page' } });
    assert.equal(response.headers['access-control-allow-origin'], '*');
    const preflight = await ask({
      method: 'OPTIONS',
      headers: {
        origin: 'https://page',
        'access-control-request-headers': 'a, b',
        'access-control-request-method': 'POST',
      },
    });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers['access-control-allow-headers'], 'a, b');
    assert.equal(preflight.headers['access-control-allow-methods'], 'POST');
  });

  it('streams events, an initial response before and an exception after them', async () => {
    const response = await ask({ operation: 'Test_1.Watch' });
    assert.equal(response.headers['content-type'], 'application/vnd.amazon.eventstream');
    assert.equal(response.headers['content-length'], undefined);
    assert.ok(!Buffer.isBuffer(response.body));
    const messages: string[] = [];
    for await (const message of response.body)
      messages.push(
        Buffer.from(message)
          .toString('latin1')
          .replace(/[^ -~]/g, '_'),
      );
    assert.equal(messages.length, 3);
    assert.match(
      messages[0] ?? '',
      /:event-type___initial-response.*:content-type___application\/x-amz-json-1\.1.*:message-type___event\{\}/s,
    );
    assert.match(messages[1] ?? '', /:event-type___Entry.*\{"Key":"one"\}/s);
    assert.match(
      messages[2] ?? '',
      /:exception-type___NotFound.*:message-type___exception\{"__type":"NotFound","message":"gone"\}/s,
    );
  });
});
