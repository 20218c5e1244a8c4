/** The shapes of CONTRACT.md, as the runner and the JavaScript clients see them. */

/** Bytes as a request spells them: text, hexadecimal, generated, or null. */
export type BytesSpec =
  | null
  | string
  | { readonly hex: string }
  | { readonly size: number; readonly seed: number }
  | { readonly size: number; readonly repeat: string };

export type RecordSpec = {
  readonly key: BytesSpec;
  readonly value: BytesSpec;
  readonly headers: readonly (readonly [name: string, value: BytesSpec])[];
  readonly timestamp: number;
};

/** Bytes as a reply tells of them: null, or length and the first 8 bytes of SHA-256. */
export type Digest = string | null;

export type Seen = {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Digest;
  readonly value: Digest;
  readonly headers: readonly (readonly [name: string, value: Digest])[];
};

export type Fault = { readonly type: string; readonly code: number; readonly message: string };

export type Ability =
  | 'timestamps'
  | 'admin'
  | 'details'
  /** Header values may be null, empty or hold any byte when written; and so when read. */
  | 'header-bytes'
  /** Reads by group membership only. */
  | 'groups-only'
  | 'tools'
  /** Gives up when its only broker is away. */
  | 'ends-with-broker';

export type Hello = { readonly codecs: readonly string[]; readonly can: readonly Ability[] };
export type Check = { readonly name: string; readonly error?: string; readonly skipped?: string };

export type Replies = {
  hello: Hello;
  write: { readonly offsets: readonly number[] };
  read: { readonly records: readonly Seen[] };
  offsets: { readonly earliest: number; readonly latest: number; readonly byTime: readonly number[] };
  flood: object;
  drain: { readonly values: readonly (readonly number[])[] };
  stream: { readonly acked: number };
  provoke: Fault;
  admin: { readonly checks: readonly Check[] };
  details: { readonly checks: readonly Check[] };
  tools: { readonly checks: readonly Check[] };
  dumpLog: { readonly checks: readonly Check[] };
};

export type Op = keyof Replies;
