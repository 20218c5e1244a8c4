import type { HttpHeaders } from '@sluice/kernel/http-server';
import { incompleteSignature, invalidSignature, missingToken } from './auth-error.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Seconds; a week. */
const EXPIRES_MAX = 604_800;

/** What a request says about how it is signed. */
export interface SignedRequest {
  readonly accessKeyId: string;
  /** `YYYYMMDD/region/service/aws4_request` */
  readonly scope: string;
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  /** As in the string to sign: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** Of a signature in the query only. */
  readonly expiresSeconds: number | undefined;
}

type Query = readonly (readonly [string, string])[];

/** Reads header or query, whichever signs the request. Fails with the services' own errors. */
export function readSignedRequest(headers: HttpHeaders, query: Query): SignedRequest {
  const parameters = new Map(query);
  const { authorization } = headers;
  const isInQuery = parameters.has('X-Amz-Algorithm');
  if (authorization !== undefined && isInQuery) {
    throw invalidSignature("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  if (isInQuery) return readQuery(query, parameters);
  if (authorization === undefined) throw missingToken();
  return readHeader(authorization, headers);
}

function readHeader(authorization: string, headers: HttpHeaders): SignedRequest {
  const [algorithm = ''] = authorization.split(' ', 1);
  const parameters = new Map<string, string>();
  for (const part of authorization.slice(algorithm.length).split(/[, ]/)) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    const name = part.slice(0, at);
    // Of two headers, or of one that says it twice, nobody knows which one was meant.
    if (parameters.has(name)) {
      throw incompleteSignature(
        `Authorization header has more than one '${name}'. Authorization=${shown(authorization)}`,
      );
    }
    parameters.set(name, part.slice(at + 1));
  }
  const timestamp = headers['x-amz-date'] ?? timestampOf(headers.date);
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (parameters.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (timestamp === undefined)
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  if (missing.length > 0) throw incompleteSignature(`${missing.join('')}Authorization=${shown(authorization)}`);
  return assemble(algorithm, parameters, '', timestamp ?? '', headers['x-amz-security-token'], undefined);
}

function readQuery(query: Query, parameters: ReadonlyMap<string, string>): SignedRequest {
  const repeated = repeatedParameter(query);
  if (repeated !== undefined) {
    throw incompleteSignature(`AWS query-string parameters must include '${shown(repeated)}' only once.`);
  }
  const names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'];
  const missing = names
    .filter((name) => (parameters.get(name) ?? '') === '')
    .map((name) => `AWS query-string parameters must include '${name}'. `);
  if (missing.length > 0) throw incompleteSignature(`${missing.join('')}Re-examine the query-string parameters.`);
  const expires = Number(parameters.get('X-Amz-Expires') ?? EXPIRES_MAX);
  if (!Number.isInteger(expires) || expires < 0 || expires > EXPIRES_MAX) {
    throw incompleteSignature('X-Amz-Expires must be a number of seconds of at most a week (604800)');
  }
  const token = parameters.get('X-Amz-Security-Token');
  const algorithm = parameters.get('X-Amz-Algorithm') ?? '';
  return assemble(algorithm, parameters, 'X-Amz-', parameters.get('X-Amz-Date') ?? '', token, expires);
}

function repeatedParameter(query: Query): string | undefined {
  const seen = new Set<string>();
  for (const [name] of query) {
    if (!name.startsWith('X-Amz-')) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

function assemble(
  algorithm: string,
  parameters: ReadonlyMap<string, string>,
  prefix: string,
  timestamp: string,
  sessionToken: string | undefined,
  expiresSeconds: number | undefined,
): SignedRequest {
  if (algorithm !== ALGORITHM) {
    throw incompleteSignature(`Unsupported AWS 'algorithm': '${shown(algorithm)}'. `);
  }
  const credential = parameters.get(`${prefix}Credential`) ?? '';
  const parts = credential.split('/');
  const [accessKeyId = '', scopeDate = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5) {
    throw incompleteSignature(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${shown(credential)}'`,
    );
  }
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw incompleteSignature(`Date must be in ISO-8601 'basic format'. Got '${shown(timestamp)}'.`);
  }
  if (terminator !== 'aws4_request') {
    throw invalidSignature(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${shown(terminator ?? '')}'.`,
    );
  }
  return {
    accessKeyId,
    scope: `${scopeDate}/${region}/${service}/aws4_request`,
    scopeDate,
    region,
    service,
    timestamp,
    signedHeaders: (parameters.get(`${prefix}SignedHeaders`) ?? '').split(';'),
    signature: parameters.get(`${prefix}Signature`) ?? '',
    sessionToken,
    expiresSeconds,
  };
}

/** `Date: Mon, 09 Sep 2011 23:36:00 GMT` as SigV4 writes it; what is no date is passed on, to be refused. */
function timestampOf(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const timeMs = Date.parse(date);
  return Number.isNaN(timeMs) ? date : basicFormat(timeMs);
}

/** `YYYYMMDDTHHMMSSZ` */
export function basicFormat(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

const SHOWN_LENGTH_MAX = 512;

function shown(text: string): string {
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}...` : text;
}
