import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpRequest } from '@sluice/kernel/http-server';
import { type Signing, sign } from '../testing/sign.ts';
import { createAuthenticate } from './authenticate.ts';
import { readKeysFile, readKeysFromEnvironment } from './credentials.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SIGNING: Signing = { ...KEY, timestamp: '20260301T120000Z' };
const keys = new Map([[KEY.accessKeyId, KEY]]);

function request(parts: Partial<HttpRequest> = {}): HttpRequest {
  const headers = { host: 'localhost:4566', 'x-amz-target': 'Kinesis_20131202.ListStreams' };
  return {
    method: 'POST',
    target: '/',
    headers,
    body: Buffer.from('{}'),
    version: '1.1',
    signal: AbortSignal.abort(),
    ...parts,
  };
}

function check(signed: HttpRequest, known: typeof keys | undefined = keys) {
  return createAuthenticate(known)(signed, 'kinesis', NOW);
}

function refuses(signed: HttpRequest, type: string, message: RegExp, known: typeof keys | undefined = keys): void {
  assert.throws(() => check(signed, known), { name: 'AwsError', type, status: 400, message });
}

const BAD = 'InvalidSignatureException';

describe('requests signed in the header', () => {
  it('are of the account and region that they are signed for', () => {
    assert.deepEqual(check(sign(request(), { ...SIGNING, region: 'eu-west-1' })), {
      accountId: '000000000000',
      region: 'eu-west-1',
    });
    const withAccount = new Map([[KEY.accessKeyId, { ...KEY, accountId: '123456789012' }]]);
    assert.equal(check(sign(request(), SIGNING), withAccount).accountId, '123456789012');
  });

  it('are refused when anything in them was changed', () => {
    const signed = sign(request(), SIGNING);
    const doesNotMatch = /^The request signature we calculated does not match the signature you provided/;
    const changed: HttpRequest[] = [
      { ...signed, body: Buffer.from('{ }') },
      { ...signed, method: 'PUT' },
      { ...signed, target: '/a' },
      { ...signed, target: '/?a=b' },
      { ...signed, headers: { ...signed.headers, host: 'elsewhere' } },
      { ...signed, headers: { ...signed.headers, authorization: signed.headers.authorization?.slice(0, -1) } },
      { ...signed, headers: { ...signed.headers, authorization: `${signed.headers.authorization?.slice(0, -4)}0000` } },
      sign(request(), { ...SIGNING, secretAccessKey: 'another' }),
    ];
    for (const one of changed) refuses(one, BAD, doesNotMatch);
  });

  it('never show the secret in what they are told', () => {
    assert.throws(
      () => check(sign(request(), { ...SIGNING, secretAccessKey: 'another' })),
      (error: Error) => !error.message.includes(KEY.secretAccessKey),
    );
  });

  it('are refused by an unknown key, and by a token that is not the key’s', () => {
    const message = /^The security token included in the request is invalid\.$/;
    refuses(sign(request(), { ...SIGNING, accessKeyId: 'OTHER' }), 'UnrecognizedClientException', message);
    refuses(sign(request(), { ...SIGNING, sessionToken: 'x' }), 'UnrecognizedClientException', message);
    const temporary = new Map([[KEY.accessKeyId, { ...KEY, sessionToken: 'token' }]]);
    refuses(sign(request(), SIGNING), 'UnrecognizedClientException', message, temporary);
    check(sign(request(), { ...SIGNING, sessionToken: 'token' }), temporary);
  });

  it('hold for a quarter of an hour either way, and not a second longer', () => {
    for (const timestamp of ['20260301T114500Z', '20260301T121500Z']) check(sign(request(), { ...SIGNING, timestamp }));
    refuses(
      sign(request(), { ...SIGNING, timestamp: '20260301T114459Z' }),
      BAD,
      /^Signature expired: 20260301T114459Z is now earlier than 20260301T114500Z \(20260301T120000Z - 15 min\.\)$/,
    );
    refuses(
      sign(request(), { ...SIGNING, timestamp: '20260301T121501Z' }),
      BAD,
      /^Signature not yet current: 20260301T121501Z is still later than 20260301T121500Z \(20260301T120000Z \+ 15 min\.\)$/,
    );
    refuses(sign(request(), { ...SIGNING, timestamp: '20269999T999999Z' }), BAD, /^Signature expired/);
  });

  it('are refused when they are for another service', () => {
    refuses(
      sign(request(), { ...SIGNING, service: 's3' }),
      BAD,
      /^Credential should be scoped to correct service: 'kinesis'\.$/,
    );
  });

  it('must have signed where they go and what they ask', () => {
    for (const name of ['host', 'x-amz-target']) {
      const { [name]: left, ...headers } = request().headers;
      const signed = sign(request({ headers }), SIGNING);
      refuses({ ...signed, headers: { ...signed.headers, [name]: left } }, BAD, /must be a 'SignedHeader'/);
    }
  });

  it('may sign the authority of HTTP/2 instead of the host', () => {
    const { host = '', ...headers } = request().headers;
    const signed = sign(request({ headers: { ...headers, ':authority': host } }), SIGNING);
    check({ ...signed, headers: { ...signed.headers, host } });
    refuses({ ...signed, headers: { ...signed.headers, host, ':authority': 'elsewhere' } }, BAD, /does not match/);
  });

  it('are of any key where none is known, but say all that a signed one does', () => {
    assert.equal(
      createAuthenticate(undefined)(sign(request(), { ...SIGNING, accessKeyId: '210987654321' }), 'kinesis', NOW)
        .accountId,
      '210987654321',
    );
    const anyKey = createAuthenticate(undefined);
    assert.throws(() => anyKey(request(), 'kinesis', NOW), { type: 'MissingAuthenticationTokenException' });
  });
});

describe('what is no signature', () => {
  const withHeader = (authorization: string, more: Record<string, string> = {}) =>
    request({ headers: { ...request().headers, authorization, ...more } });

  it('is told in the words of the service', () => {
    refuses(request(), 'MissingAuthenticationTokenException', /^Missing Authentication Token$/);
    refuses(
      withHeader('X'),
      'IncompleteSignatureException',
      /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. Authorization=X$/,
    );
    refuses(
      withHeader('AWS4- Signature=b, Credential=a', { date: 'a' }),
      'IncompleteSignatureException',
      /^Authorization header requires 'SignedHeaders' parameter\. Authorization=AWS4- Signature=b, Credential=a$/,
    );
    refuses(
      request({ target: '/?X-Amz-Algorithm' }),
      'IncompleteSignatureException',
      /^AWS query-string parameters must include 'X-Amz-Algorithm'\. .*'X-Amz-Date'\. Re-examine the query-string parameters\.$/,
    );
    refuses(
      { ...withHeader('X'), target: '/?X-Amz-Algorithm' },
      BAD,
      /^Found both 'X-Amz-Algorithm' as a query-string/,
    );
    refuses(
      withHeader('AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c', {
        'x-amz-date': '20260301T120000Z',
      }),
      'IncompleteSignatureException',
      /^Credential must have exactly 5 slash-delimited elements, e\.g\. keyid\/date\/region\/service\/term, got 'a\/b'$/,
    );
    refuses(
      withHeader('AWS4-HMAC-SHA256 Credential=a/b/c/kinesis/aws4_request, SignedHeaders=host, Signature=c', {
        'x-amz-date': 'x',
      }),
      'IncompleteSignatureException',
      /^Date must be in ISO-8601 'basic format'\. Got 'x'\.$/,
    );
    refuses(
      withHeader('AWS4-HMAC-SHA256 Credential=a/20260302/c/kinesis/aws4_request, SignedHeaders=host, Signature=c', {
        'x-amz-date': '20260301T120000Z',
      }),
      BAD,
      /'20260302' != '20260301', from '20260301T120000Z'\.$/,
    );
  });
});

describe('keys', () => {
  it('come from a file of credentials', () => {
    const text = `# comment\n[default]\naws_access_key_id = A\naws_secret_access_key = s=1\n\n[b]\naws_access_key_id=B\naws_secret_access_key=t\naws_session_token=u\naws_account_id=123456789012\n`;
    const read = readKeysFile(text);
    assert.ok(read.ok);
    assert.deepEqual(
      [...read.keys.values()],
      [
        { accessKeyId: 'A', secretAccessKey: 's=1' },
        { accessKeyId: 'B', secretAccessKey: 't', sessionToken: 'u', accountId: '123456789012' },
      ],
    );
  });

  it('come from the environment', () => {
    const read = readKeysFromEnvironment({ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' });
    assert.ok(read.ok && read.keys.get('A')?.secretAccessKey === 's');
    assert.equal(readKeysFromEnvironment({}).ok, false);
  });

  it('are refused without showing what stands in the file', () => {
    for (const text of [
      'secret',
      '[a]\nsecret',
      '[a]\naws_access_key_id=secret',
      '',
      '[a]\naws_access_key_id=A\naws_secret_access_key=s\naws_account_id=secret',
    ]) {
      const read = readKeysFile(text);
      assert.ok(!read.ok && !read.problem.includes('secret '), text);
      assert.ok(!/= ?secret|^secret/.test(read.problem));
    }
  });
});
