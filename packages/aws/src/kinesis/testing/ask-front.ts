import assert from 'node:assert/strict';
import type { Clock } from '@sluice/kernel/clock';
import type { HttpResponse } from '@sluice/kernel/http-server';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { readCbor } from '../../front/cbor/read-cbor.ts';
import { createFront } from '../../front/front.ts';
import type { AnyOperations } from '../../front/operation.ts';
import { cborProtocol } from '../../front/protocols/cbor.ts';
import { jsonProtocol } from '../../front/protocols/json.ts';
import { KINESIS_CONTRACT } from '../generated/contract.ts';

export const PROTOCOLS = [
  { name: 'JSON', contentType: 'application/x-amz-json-1.1', codec: jsonProtocol.codec(KINESIS_CONTRACT) },
  { name: 'CBOR', contentType: 'application/x-amz-cbor-1.1', codec: cborProtocol.codec(KINESIS_CONTRACT) },
] as const;

export type TestedProtocol = (typeof PROTOCOLS)[number];

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=123456789012/20260301/eu-central-1/kinesis/aws4_request, SignedHeaders=host, Signature=c';

/** Kinesis' own front with these operations, asked as an SDK of that protocol asks it, without a socket. */
export function askFront(operations: AnyOperations, clock: Clock, logger: Logger = silentLogger) {
  const services = [{ contract: KINESIS_CONTRACT, operations }];
  const front = createFront({ services, clock, random: createSimRandom(1), logger });
  return (operation: string, input: unknown, { contentType, codec }: TestedProtocol): Promise<HttpResponse> =>
    front({
      version: '1.1',
      method: 'POST',
      target: '/',
      headers: {
        host: 'localhost',
        authorization: AUTHORIZATION,
        'x-amz-date': '20260301T120000Z',
        'content-type': contentType,
        'x-amz-target': `Kinesis_20131202.${operation}`,
      },
      body: codec.write(KINESIS_CONTRACT.operations[operation]?.input ?? '')(input),
      signal: new AbortController().signal,
    });
}

export interface ToldError {
  readonly __type: string;
  readonly message?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const EXTENDED_ID_SIZE_BYTES = 64;

/**
 * An error as the SDKs' parsers take it: status, all headers, and a body whose type is the header's. Kinesis has no CRC header
 * (`x-amz-crc32` is DynamoDB's); what its event streams send carries CRCs in each message.
 */
export function requireError(response: HttpResponse, { contentType }: TestedProtocol, status: number): ToldError {
  const { body } = response;
  assert(Buffer.isBuffer(body));
  const told = (contentType.includes('json') ? JSON.parse(body.toString()) : readCbor(body)) as ToldError;
  assert.equal(response.status, status, `${told.__type}: ${told.message}`);
  const { 'x-amzn-requestid': requestId, 'x-amz-id-2': extendedId, ...headers } = response.headers;
  assert.deepEqual(headers, {
    'content-type': contentType,
    'content-length': String(body.length),
    'x-amzn-errortype': told.__type,
  });
  assert.match(requestId ?? '', UUID);
  assert.equal(Buffer.from(extendedId ?? '', 'base64').length, EXTENDED_ID_SIZE_BYTES);
  return told;
}
