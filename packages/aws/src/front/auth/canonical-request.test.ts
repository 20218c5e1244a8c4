import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonicalRequest, stringToSign } from './canonical-request.ts';
import { queryOf } from './query.ts';
import { createSignatureCheck } from './signature.ts';
import { readSignedRequest } from './signed-request.ts';

// Of the test suite that AWS publishes for SigV4: key, date and scope are the same in all of it.
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const HEADERS = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };
const CREDENTIAL = 'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

const CASES: readonly [string, string, string, string][] = [
  ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    '/?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
];

for (const [name, method, target, signature] of CASES) {
  it(`signs as the suite says: ${name}`, () => {
    const authorization = `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
    const query = queryOf(target);
    const signed = readSignedRequest({ ...HEADERS, authorization }, query);
    const request = { method, target, headers: HEADERS, body: Buffer.alloc(0) };
    const toSign = stringToSign(canonicalRequest(request, query, signed.signedHeaders), signed);
    assert.equal(createSignatureCheck()(KEY, signed, toSign), true);
  });
}

it('writes every part in its canonical form', () => {
  const headers = { host: ' a ', 'x-many': 'b,c', 'x-spaces': ' a   b ' };
  const request = {
    method: 'POST',
    target: "/a b/%20/'?z=%2F&a=b c&a=a&X-Amz-Signature=x&e",
    headers,
    body: Buffer.alloc(0),
  };
  assert.equal(
    canonicalRequest(request, queryOf(request.target), ['host', 'x-many', 'x-spaces']),
    'POST\n/a%20b/%2520/%27\na=a&a=b%20c&e=&z=%2F\nhost:a\nx-many:b,c\nx-spaces:a b\n\nhost;x-many;x-spaces\n' +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
