import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeResponse, encodeRequest, encodeResponse, openRequest } from './frames.ts';
import { APIS, ApiKey } from './generated/apis.ts';
import { apiVersionsRequestCodec } from './generated/messages/api-versions-request.ts';
import { apiVersionsResponseCodec } from './generated/messages/api-versions-response.ts';
import { fetchResponseCodec } from './generated/messages/fetch-response.ts';
import { metadataRequestCodec } from './generated/messages/metadata-request.ts';
import { metadataResponseCodec } from './generated/messages/metadata-response.ts';
import { requestHeaderVersion, responseHeaderVersion } from './headers.ts';
import { ProtocolError } from './protocol-error.ts';

/** A frame's pieces without its size, which must be right. */
function unframed(pieces: readonly Buffer[]): Buffer {
  const frame = Buffer.concat(pieces);
  assert.equal(frame.readInt32BE(0), frame.length - 4);
  return frame.subarray(4);
}

test('a request comes back with its header, at its body', () => {
  for (const version of [0, 8, 9, 13]) {
    for (const clientId of ['client', '', null]) {
      const pieces = encodeRequest(metadataRequestCodec, version, { correlationId: 7, clientId }, { topics: [] });
      const { header, reader } = openRequest(unframed(pieces));
      assert.deepEqual(header, {
        requestApiKey: ApiKey.METADATA,
        requestApiVersion: version,
        correlationId: 7,
        clientId,
      });
      assert.deepEqual(metadataRequestCodec.decode(reader, version).topics, []);
      assert.equal(reader.remaining, 0);
    }
  }
});

test("a flexible request's client id keeps its int16 length", () => {
  const pieces = encodeRequest(
    apiVersionsRequestCodec,
    3,
    { correlationId: 1, clientId: 'c' },
    { clientSoftwareName: '', clientSoftwareVersion: '' },
  );
  assert.equal(unframed(pieces).toString('hex'), '0012 0003 00000001 0001 63 00 01 01 00'.replaceAll(' ', ''));
});

test('a response comes back with its correlation id', () => {
  const body = { brokers: [], topics: [] };
  for (const version of [0, 8, 9, 13]) {
    const frame = unframed(encodeResponse(metadataResponseCodec, version, 9, body));
    const decoded = decodeResponse(metadataResponseCodec, version, frame);
    assert.equal(decoded.correlationId, 9);
    assert.deepEqual(decoded.body.topics, []);
  }
});

test('a fetch response keeps its records apart from what stands around them', () => {
  const records = Buffer.from('records');
  const partitions = [
    { partitionIndex: 0, errorCode: 0, highWatermark: 1, abortedTransactions: null, records: [records] },
  ];
  const pieces = encodeResponse(fetchResponseCodec, 12, 1, { responses: [{ topic: 't', partitions }] });
  assert.equal(pieces[1], records);
  const { body } = decodeResponse(fetchResponseCodec, 12, unframed(pieces));
  assert.deepEqual(body.responses[0]?.partitions[0]?.records, records);
});

test('the response header of ApiVersions is version 0 in every version', () => {
  const frame = unframed(encodeResponse(apiVersionsResponseCodec, 4, 5, { errorCode: 0, apiKeys: [] }));
  assert.equal(frame.subarray(0, 6).toString('hex'), '000000050000');
});

test('flexible versions have the later headers, unknown versions included', () => {
  const api = APIS.get(ApiKey.METADATA);
  assert.ok(api !== undefined);
  assert.deepEqual(
    [8, 9, 99].map((version) => requestHeaderVersion(api, version)),
    [1, 2, 2],
  );
  assert.deepEqual(
    [8, 9, 99].map((version) => responseHeaderVersion(api, version)),
    [0, 1, 1],
  );
  const apiVersions = APIS.get(ApiKey.API_VERSIONS);
  assert.ok(apiVersions !== undefined);
  assert.equal(requestHeaderVersion(apiVersions, 99), 2);
  assert.equal(responseHeaderVersion(apiVersions, 99), 0);
});

test('a request of no known API is a ProtocolError', () => {
  assert.throws(() => openRequest(Buffer.from('0fff0000000000010000', 'hex')), ProtocolError);
  assert.throws(() => openRequest(Buffer.from('0003', 'hex')), { path: 'requestApiVersion' });
});
