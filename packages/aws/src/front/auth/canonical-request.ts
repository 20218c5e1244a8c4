import { createHash } from 'node:crypto';
import type { HttpHeaders } from '@sluice/kernel/http-server';
import { pathOf } from './query.ts';
import { ALGORITHM, type SignedRequest } from './signed-request.ts';

/** SigV4's canonical form of a request, the same on both sides. */
export function canonicalRequest(
  { method, target, headers, body }: { method: string; target: string; headers: HttpHeaders; body: Uint8Array },
  query: readonly (readonly [string, string])[],
  signedHeaders: readonly string[],
): string {
  return [
    method,
    canonicalPath(target),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
}

export function stringToSign(canonical: string, { timestamp, scope }: SignedRequest): string {
  return [ALGORITHM, timestamp, scope, sha256(canonical)].join('\n');
}

/** Each segment is encoded once more than it was sent; of all services only S3 does otherwise. */
function canonicalPath(target: string): string {
  return pathOf(target).split('/').map(encode).join('/');
}

function canonicalQuery(query: readonly (readonly [string, string])[]): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** All but letters, digits and `-._~` (RFC 3986, 2.3). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
