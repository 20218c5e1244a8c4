import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { after, before } from 'node:test';
import type { HttpLimits, HttpListener, HttpRequest } from '@sluice/kernel/http-server';
import { silentLogger } from '@sluice/kernel/logger';
import { realHttpServer } from '@sluice/kernel/real/http-server';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { AWS_HTTP_LIMITS } from '../../http-limits.ts';
import { basicFormat } from '../auth/signed-request.ts';
import { createFront } from '../front.ts';
import { TEST_CONTRACT } from './contract.ts';
import { type Signing, sign } from './sign.ts';

export const JSON_TYPE = 'application/x-amz-json-1.1';
export const CBOR_TYPE = 'application/x-amz-cbor-1.1';
export const BODY_SIZE_BYTES_MAX = 64 * 1024;
const LIMITS: HttpLimits = { ...AWS_HTTP_LIMITS, bodySizeBytesMax: BODY_SIZE_BYTES_MAX, requestTimeoutMs: 2_000 };
export const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
export const NOW = Date.parse('2026-03-01T12:00:00Z');

export const PUT = JSON.stringify({ Name: 'a', Entries: [{ Key: 'k' }] });

let listener: HttpListener;
/** Opens the door before the tests of a file, and closes it after them. */
export function openFront(): void {
  before(async () => {
    const clock = createSimClock({ startMs: NOW });
    const operations = { Put: () => ({ Count: 1 }), Tag: () => undefined };
    const services = [{ contract: TEST_CONTRACT, operations }];
    const keys = new Map([[KEY.accessKeyId, KEY]]);
    const front = createFront({ services, keys, clock, random: createSimRandom(1), logger: silentLogger });
    listener = await realHttpServer.listen('127.0.0.1', 0, { limits: LIMITS }, front);
  });
  after(() => listener.close());
}

/** Of the door that is open. */
export const port = (): number => listener.port;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export type Send = (request: HttpRequest) => Promise<Answer>;

export const overHttp1: Send = async ({ method, target, headers, body }) => {
  const options = { host: '127.0.0.1', port: listener.port, method, path: target, agent: false };
  const request = http.request({ ...options, headers: headers as http.OutgoingHttpHeaders });
  request.on('error', () => {});
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
};

const overHttp2: Send = async ({ method, target, headers, body }) => {
  const session = http2.connect(`http://127.0.0.1:${listener.port}`);
  session.on('error', () => {});
  const { host, ...rest } = headers;
  const fields = { ...rest, ':authority': host, ':method': method, ':path': target };
  const stream = session.request(fields, { endStream: false });
  stream.on('error', () => {});
  stream.end(body);
  const [answered] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  session.destroy();
  return { status: Number(answered[':status']), headers: answered, body: Buffer.concat(chunks) };
};

export function request(body: Buffer | string = PUT, headers: Record<string, string> = {}): HttpRequest {
  return {
    version: '1.1',
    method: 'POST',
    target: '/',
    headers: { host: 'localhost', 'content-type': JSON_TYPE, 'x-amz-target': 'Test_1.Put', ...headers },
    body: Buffer.from(body),
    signal: new AbortController().signal,
  };
}

export const at = (offsetMs: number): Signing => ({ ...KEY, timestamp: basicFormat(NOW + offsetMs) });

export function signed(body?: Buffer | string, headers?: Record<string, string>): HttpRequest {
  return sign(request(body, headers), at(0));
}

export const CLIENTS = [
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
] as const;
