import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpRequest } from '@sluice/kernel/http-server';
import { readCbor } from './cbor/read-cbor.ts';
import {
  at,
  BODY_SIZE_BYTES_MAX,
  CBOR_TYPE,
  CLIENTS,
  JSON_TYPE,
  openFront,
  PUT,
  request,
  signed,
} from './testing/open-front.ts';
import { presign, sign } from './testing/sign.ts';

const SKEW_MAX_MS = 15 * 60_000;
/** `PUT`, in CBOR. */
const CBOR_PUT = Buffer.from('bf644e616d65616167456e74726965739fbf634b6579616bffffff', 'hex');

openFront();

for (const [name, send] of CLIENTS) {
  const refuses = async (asked: HttpRequest, type: string | undefined, status = 400): Promise<void> => {
    const { status: told, headers, body } = await send(asked);
    assert.equal(told, status, body.toString());
    assert.equal(headers['x-amzn-errortype'], type, body.toString());
  };
  const takes = async (asked: HttpRequest): Promise<void> => {
    const { status, body } = await send(asked);
    assert.equal(status, 200, body.toString());
  };
  /** Others are served all the while: each test ends with somebody honest. */
  const honest = () => takes(signed());

  describe(`the front against hostile requests over ${name}`, () => {
    it('takes a signature in the header and in the query, and none that was changed', async () => {
      await takes(signed());
      await takes(presign(request(), at(0), 60));
      const header = signed();
      const { authorization = '' } = header.headers;
      const query = presign(request(), at(0), 60);
      const changed: HttpRequest[] = [
        { ...header, body: Buffer.from(PUT.replace('"a"', '"b"')) },
        {
          ...header,
          headers: {
            ...header.headers,
            authorization: authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          },
        },
        { ...header, headers: { ...header.headers, authorization: authorization.slice(0, -1) } },
        { ...header, target: '/?a=b' },
        { ...query, body: Buffer.from(PUT.replace('"a"', '"b"')) },
        { ...query, target: query.target.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
        { ...query, target: query.target.replace('X-Amz-Expires=60', 'X-Amz-Expires=61') },
        { ...query, target: `${query.target}&a=b` },
        sign(request(), { ...at(0), secretAccessKey: 'another' }),
        presign(request(), { ...at(0), secretAccessKey: 'another' }, 60),
      ];
      for (const one of changed) await refuses(one, 'InvalidSignatureException');
      await refuses(sign(request(), { ...at(0), accessKeyId: 'OTHER' }), 'UnrecognizedClientException');
      await refuses(presign(request(), { ...at(0), accessKeyId: 'OTHER' }, 60), 'UnrecognizedClientException');
      await honest();
    });

    it('takes clocks that are a quarter of an hour off, and not a second more', async () => {
      await takes(sign(request(), at(SKEW_MAX_MS)));
      await takes(sign(request(), at(-SKEW_MAX_MS)));
      await refuses(sign(request(), at(SKEW_MAX_MS + 1000)), 'InvalidSignatureException');
      await refuses(sign(request(), at(-SKEW_MAX_MS - 1000)), 'InvalidSignatureException');
      await takes(presign(request(), at(-60_000), 60));
      await refuses(presign(request(), at(-61_000), 60), 'InvalidSignatureException');
      await refuses(presign(request(), at(SKEW_MAX_MS + 1000), 60), 'InvalidSignatureException');
      await takes(presign(request(), at(0), 604_800));
      await refuses(presign(request(), at(0), 604_801), 'IncompleteSignatureException');
      await honest();
    });

    it('tells who signed not at all, twice, or in no form that there is', async () => {
      const { authorization = '', ...unsigned } = signed().headers;
      const withHeader = (value: string) => ({ ...request(), headers: { ...unsigned, authorization: value } });
      await refuses({ ...request(), headers: unsigned }, 'MissingAuthenticationTokenException');
      await refuses(withHeader(`${authorization}, ${authorization}`), 'IncompleteSignatureException');
      await refuses(withHeader(`${authorization}, Signature=${'0'.repeat(64)}`), 'IncompleteSignatureException');
      for (const garbled of [
        'Basic dXNlcjpwYXNzd29yZA==',
        'AWS4-HMAC-SHA256',
        authorization.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'),
        authorization.replace('aws4_request', 'aws4_request/more'),
        authorization.replace('Credential=', 'Credential=/'),
        authorization.replace(/SignedHeaders=[^,]*, /, ''),
        '='.repeat(8000),
        'Credential='.repeat(700),
      ]) {
        const { status, headers } = await send(withHeader(garbled));
        assert.equal(status, 400, garbled.slice(0, 80));
        assert.match(String(headers['x-amzn-errortype']), /^(Incomplete|Invalid)SignatureException$/);
      }
      const query = presign(request(), at(0), 60);
      await refuses({ ...query, target: `${query.target}&X-Amz-Signature=0` }, 'IncompleteSignatureException');
      await refuses(
        { ...query, target: query.target.replace(/&X-Amz-Date=[^&]*/, '') },
        'IncompleteSignatureException',
      );
      await refuses({ ...query, headers: { ...query.headers, authorization } }, 'InvalidSignatureException');
      await honest();
    });

    it('takes a body as large as the limit, and none a byte larger', async () => {
      const filled = (size: number) => PUT.slice(0, -1) + ' '.repeat(size - PUT.length) + PUT.slice(-1);
      await takes(signed(filled(BODY_SIZE_BYTES_MAX)));
      await refuses(signed(filled(BODY_SIZE_BYTES_MAX + 1)), undefined, 413);
      await honest();
    });

    it('takes JSON and CBOR as deep as the limit, and no deeper', async () => {
      const deepJson = (depth: number) => `${'{"Deep":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
      const deepCbor = (depth: number) => {
        const level = Buffer.from('a16444656570', 'hex');
        return Buffer.concat([...Array.from({ length: depth - 1 }, () => level), Buffer.of(0xa0)]);
      };
      const cbor = { 'content-type': CBOR_TYPE };
      // As deep as may be it is read, and found wanting by the model.
      await refuses(signed(deepJson(64)), 'ValidationException');
      await refuses(signed(deepJson(65)), 'SerializationException');
      await refuses(signed(deepCbor(65), cbor), 'ValidationException');
      await refuses(signed(deepCbor(66), cbor), 'SerializationException');
      await refuses(signed('['.repeat(60_000)), 'SerializationException');
      await refuses(signed(Buffer.alloc(60_000, 0x9f), cbor), 'SerializationException');
      await honest();
    });

    it('refuses what is no JSON or CBOR, or announces more than it has', async () => {
      const cbor = { 'content-type': CBOR_TYPE };
      for (const body of ['', '{', '"', '{"Name":}', '\0', '\ufeff{}', `${PUT}${PUT}`, '[1]', 'null', '0']) {
        await refuses(signed(body), 'SerializationException');
      }
      for (const hex of [
        '',
        'ff',
        '9b001fffffffffffff',
        'bb00000000ffffffff',
        '5bffffffffffffffff',
        'a0a0',
        '1c',
        'f6',
      ]) {
        await refuses(signed(Buffer.from(hex, 'hex'), cbor), 'SerializationException');
      }
      await honest();
    });

    it('answers a wrong content type in the words of the service', async () => {
      for (const type of [
        'application/json',
        'text/plain',
        'application/x-amz-json-1.0',
        'application/x-www-form-urlencoded',
        '\u00ff',
      ]) {
        const { status, body } = await send(signed(PUT, { 'content-type': type }));
        assert.equal(status, 404);
        assert.equal(body.toString(), '<UnknownOperationException/>\n');
      }
      // What is announced as the other protocol.
      await refuses(signed(CBOR_PUT, { 'content-type': JSON_TYPE }), 'SerializationException');
      await refuses(signed(PUT, { 'content-type': CBOR_TYPE }), 'SerializationException');
      const { status, body } = await send(signed(CBOR_PUT, { 'content-type': CBOR_TYPE }));
      assert.deepEqual([status, { ...(readCbor(body) as object) }], [200, { Count: 1 }]);
      await honest();
    });

    it('answers other methods and targets, and goes on', async () => {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const { status } = await send({ ...signed(''), method });
        assert.equal(status, 403, method);
      }
      for (const target of ['Put', 'Test_1', '.Put', 'Test_1.', 'Test_1.put', 'Test_1.__proto__', 'Test_1.Put.Put']) {
        const { status } = await send(signed(PUT, { 'x-amz-target': target }));
        assert.equal(status, 400, target);
      }
      await honest();
    });
  });
}
