import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '@sluice/kernel/http-server';

export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region?: string;
  readonly service?: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
  readonly sessionToken?: string;
}

/** Signs a request to `/` in its header, written apart from what checks it. */
export function sign(request: HttpRequest, signing: Signing): HttpRequest {
  const { accessKeyId, secretAccessKey, region = 'us-east-1', service = 'kinesis', timestamp, sessionToken } = signing;
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string | undefined> = { ...request.headers, 'x-amz-date': timestamp };
  if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
  const names = Object.keys(headers).sort();
  const canonical = `${request.method}\n/\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${hash(request.body)}`;
  const signature = signatureOf(secretAccessKey, scope, timestamp, canonical);
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}

function hash(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Signs a request to `/` in its query, for so many seconds. */
export function presign(request: HttpRequest, signing: Signing, expiresSeconds: number): HttpRequest {
  const { accessKeyId, secretAccessKey, region = 'us-east-1', service = 'kinesis', timestamp, sessionToken } = signing;
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const names = Object.keys(request.headers).sort();
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${accessKeyId}/${scope}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expiresSeconds)],
    ...(sessionToken === undefined ? [] : ([['X-Amz-Security-Token', sessionToken]] as [string, string][])),
    ['X-Amz-SignedHeaders', names.join(';')],
  ];
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const canonical = `${request.method}\n/\n${query}\n${names.map((name) => `${name}:${request.headers[name]}\n`).join('')}\n${names.join(';')}\n${hash(request.body)}`;
  const signature = signatureOf(secretAccessKey, scope, timestamp, canonical);
  return { ...request, target: `/?${query}&X-Amz-Signature=${signature}` };
}

function signatureOf(secretAccessKey: string, scope: string, timestamp: string, canonical: string): string {
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash(canonical)}`;
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(toSign).digest('hex');
}
