import { timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '@sluice/kernel/http-server';
import type { TimestampMs } from '@sluice/kernel/ids';
import type { AwsError } from '../aws-error.ts';
import { invalidSignature, unrecognizedClient } from './auth-error.ts';
import { canonicalRequest, stringToSign } from './canonical-request.ts';
import { type AccessKeys, accountOf } from './credentials.ts';
import { queryOf } from './query.ts';
import { createSignatureCheck } from './signature.ts';
import { basicFormat, readSignedRequest, type SignedRequest } from './signed-request.ts';

const CLOCK_SKEW_MAX_MS = 15 * 60_000;
const REGION = /^[a-z][a-z0-9-]{0,31}$/;

/** Who asks, and where. */
export interface Caller {
  readonly accountId: string;
  readonly region: string;
}

/** Fails with the services' own errors. */
export type Authenticate = (request: HttpRequest, signingName: string, now: TimestampMs) => Caller;

/**
 * With keys, a request must be signed with one of them, now, for this service. Without, any key will do as long as the
 * request says all that a signed one does.
 */
export function createAuthenticate(keys: AccessKeys | undefined): Authenticate {
  const isSignedWith = createSignatureCheck();
  return (request, signingName, now) => {
    const query = queryOf(request.target);
    const signed = readSignedRequest(request.headers, query);
    requireScope(signed, signingName);
    const { accessKeyId, region } = signed;
    if (keys === undefined) return { accountId: accountOf(accessKeyId, undefined), region };
    requireTime(signed, now);
    const key = keys.get(accessKeyId);
    if (key === undefined || !isSame(key.sessionToken ?? '', signed.sessionToken ?? '')) throw unrecognizedClient();
    requireSignedHeaders(signed, request);
    const canonical = canonicalRequest(request, query, signed.signedHeaders);
    const toSign = stringToSign(canonical, signed);
    if (!isSignedWith(key, signed, toSign)) throw doesNotMatch(canonical, toSign);
    return { accountId: accountOf(accessKeyId, key), region };
  };
}

function requireScope({ scopeDate, timestamp, region, service }: SignedRequest, signingName: string): void {
  if (service !== signingName)
    throw invalidSignature(`Credential should be scoped to correct service: '${signingName}'.`);
  if (!REGION.test(region)) throw invalidSignature('Credential should be scoped to a valid region.');
  if (!timestamp.startsWith(`${scopeDate}T`)) {
    throw invalidSignature(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${scopeDate.slice(0, 16)}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    );
  }
}

function requireTime({ timestamp, expiresSeconds }: SignedRequest, now: TimestampMs): void {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(timestamp) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const validMs = expiresSeconds === undefined ? CLOCK_SKEW_MAX_MS : expiresSeconds * 1000;
  // NaN, for a 30th of February, is in no range.
  if (!(signedAt >= now - validMs)) {
    throw invalidSignature(
      `Signature expired: ${timestamp} is now earlier than ${basicFormat(now - validMs)} (${basicFormat(now)} - ${Math.floor(validMs / 60_000)} min.)`,
    );
  }
  if (signedAt > now + CLOCK_SKEW_MAX_MS) {
    throw invalidSignature(
      `Signature not yet current: ${timestamp} is still later than ${basicFormat(now + CLOCK_SKEW_MAX_MS)} (${basicFormat(now)} + 15 min.)`,
    );
  }
}

/** What is not signed can be changed on the way: where to and, of these protocols, what is asked. */
function requireSignedHeaders({ signedHeaders }: SignedRequest, { headers }: HttpRequest): void {
  // Over HTTP/2 the JavaScript SDK signs the pseudo-header.
  if (!signedHeaders.includes('host') && !signedHeaders.includes(':authority')) {
    throw invalidSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (headers['x-amz-target'] !== undefined && !signedHeaders.includes('x-amz-target')) {
    throw invalidSignature("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
}

/** Shows both sides' forms, as the services do: nothing in them is secret, and all of it is the client's own. */
function doesNotMatch(canonical: string, toSign: string): AwsError {
  return invalidSignature(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
      'and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${canonical}'\n\n` +
      `The String-to-Sign should have been\n'${toSign}'\n`,
  );
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
