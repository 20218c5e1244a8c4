import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';

export type HttpVersion = '1.1' | '2';

/** A client of Kinesis that does as little as it can: requests are encoded beforehand, and signed once for all. */
export interface Caller {
  /** Fails unless the answer is 200. */
  call(operation: string, body: Buffer | string, contentType?: string): Promise<Buffer>;
  /** A call whose answer is a stream: each piece as it comes, until `close`. */
  stream(operation: string, body: string, onPiece: (piece: Buffer) => void): Promise<void>;
  close(): void;
}

const JSON_TYPE = 'application/x-amz-json-1.1';
export const CBOR_TYPE = 'application/x-amz-cbor-1.1';
const WINDOW_SIZE_BYTES = 16 * 1024 * 1024;

function headersOf(operation: string, contentType: string): Record<string, string> {
  const now = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  return {
    'content-type': contentType,
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': now,
    authorization:
      `AWS4-HMAC-SHA256 Credential=bench/${now.slice(0, 8)}/us-east-1/kinesis/aws4_request, ` +
      `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
  };
}

export function createCaller(port: number, version: HttpVersion, connections: number): Caller {
  return version === '1.1' ? overHttp1(port, connections) : overHttp2(port);
}

function overHttp1(port: number, connections: number): Caller {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const ask = async (operation: string, body: Buffer | string, contentType: string): Promise<http.IncomingMessage> => {
    const headers = { ...headersOf(operation, contentType), 'content-length': Buffer.byteLength(body) };
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return response;
  };
  return {
    async call(operation, body, contentType = JSON_TYPE) {
      const response = await ask(operation, body, contentType);
      return requireOk(operation, response.statusCode, await collect(response));
    },
    async stream(operation, body, onPiece) {
      const response = await ask(operation, body, JSON_TYPE);
      if (response.statusCode !== 200) requireOk(operation, response.statusCode, await collect(response));
      response.on('data', onPiece).on('error', () => {});
    },
    close: () => agent.destroy(),
  };
}

function overHttp2(port: number): Caller {
  const settings = { initialWindowSize: WINDOW_SIZE_BYTES };
  const session = http2.connect(`http://127.0.0.1:${port}`, { settings, maxSessionMemory: 1000 });
  session.on('connect', () => session.setLocalWindowSize(WINDOW_SIZE_BYTES));
  const ask = async (operation: string, body: Buffer | string, contentType: string) => {
    const headers = { ...headersOf(operation, contentType), ':method': 'POST', ':path': '/' };
    const stream = session.request(headers);
    stream.end(body);
    const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    return { stream, status: Number(fields[':status']) };
  };
  return {
    async call(operation, body, contentType = JSON_TYPE) {
      const { stream, status } = await ask(operation, body, contentType);
      return requireOk(operation, status, await collect(stream));
    },
    async stream(operation, body, onPiece) {
      const { stream, status } = await ask(operation, body, JSON_TYPE);
      if (status !== 200) requireOk(operation, status, await collect(stream));
      stream.on('data', onPiece).on('error', () => {});
    },
    close: () => session.destroy(),
  };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function requireOk(operation: string, status: number | undefined, body: Buffer): Buffer {
  if (status !== 200) throw new Error(`${operation}: ${status} ${body.toString().slice(0, 300)}`);
  return body;
}
