import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from './credentials.ts';
import type { SignedRequest } from './signed-request.ts';

/** Scopes are the client's, so they are not kept without end: a key, a day, a region. */
const SIGNING_KEYS_MAX = 1000;

/** Compares signatures with what a key makes of a string to sign. */
export function createSignatureCheck(): (key: AccessKey, request: SignedRequest, toSign: string) => boolean {
  let signingKeys = new Map<string, Buffer>();
  const signingKey = (
    { accessKeyId, secretAccessKey }: AccessKey,
    { scopeDate, region, service, scope }: SignedRequest,
  ) => {
    const name = `${accessKeyId}/${scope}`;
    const known = signingKeys.get(name);
    if (known !== undefined) return known;
    const parts = [scopeDate, region, service, 'aws4_request'];
    const derived = parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
    if (signingKeys.size === SIGNING_KEYS_MAX) signingKeys = new Map();
    signingKeys.set(name, derived);
    return derived;
  };
  return (key, request, toSign) => {
    const expected = Buffer.from(hmac(signingKey(key, request), toSign).toString('hex'));
    const given = Buffer.from(request.signature);
    // The length of a signature is no secret.
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
