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
  /** Joins groups, commits and reads commits back. */
  | 'groups'
  /** Reads by group membership only. */
  | 'groups-only'
  /** Produces in transactions; see `expected-transaction-errors.ts` for what each client cannot do. */
  | 'transactions'
  /** Reads on to where several partitions end at one time. */
  | 'snapshots'
  /** Speaks, when told so, as clients did before KIP-890. */
  | 'transactions-of-old'
  /** Works as members of share groups. */
  | 'shares'
  /** Checks the ways of its share consumer by itself. */
  | 'share-checks'
  | 'tools'
  /** Gives up when its only broker is away. */
  | 'ends-with-broker';

export type Hello = { readonly codecs: readonly string[]; readonly can: readonly Ability[] };
export type Check = { readonly name: string; readonly error?: string; readonly skipped?: string };

/** What a member of a group noted: when, what, of which `topic-partition`, which offset, and a record's value. */
export type MemberEvent =
  | readonly [atMs: number, what: 'took', place: string, offset: number, value: number]
  | readonly [atMs: number, what: 'committed' | 'recommitted' | 'sought', place: string, offset: number]
  | readonly [atMs: number, what: 'assigned' | 'revoked' | 'lost', place: string]
  | readonly [atMs: number, what: 'is', memberId: string, generation: number]
  | readonly [atMs: number, what: 'failed', type: string, code: number, message: string];

/** What a member tells since it was last asked; `fault` is what ended it, or what it cannot get past. */
export type MemberLook = {
  readonly assigned: readonly string[];
  readonly events: readonly MemberEvent[];
  readonly fault?: Fault;
};

/** How a member is to join. What a client cannot do, its program ignores; `groupWays` says what each can. */
export type Join = {
  readonly group: string;
  readonly topics: readonly string[];
  readonly protocol: 'classic' | 'consumer';
  readonly assignor?: string;
  readonly instanceId?: string;
  readonly commit?: 'sync' | 'async' | 'auto' | 'none';
  readonly metadata?: string;
  readonly sessionTimeoutMs?: number;
  readonly reset?: 'earliest' | 'latest' | 'none';
  /** Java only: its own pattern, RE2's for the broker, and settings beside the others. */
  readonly pattern?: string;
  readonly re2?: string;
  readonly settings?: Readonly<Record<string, string>>;
};

/** `partition-offset`. */
export type SharePlace = string;
export type ShareFate = 'accept' | 'release' | 'reject';

/** What a member of a share group tells at once: what it took, and how often that came; what the broker said to its acknowledging. */
export type ShareNote = { readonly member: string; readonly atMs: number } & (
  | { readonly took: readonly (readonly [place: SharePlace, times: number])[] }
  | { readonly acked: readonly (readonly [place: SharePlace, fate: ShareFate, code: number])[] }
  | { readonly failed: Fault }
);

/** Members of a share group that work by themselves until they are told to stop. */
export type ShareWork = {
  readonly worker: string;
  readonly topic: string;
  readonly group: string;
  readonly members: number;
  /** So many records at most are polled at a time. */
  readonly batch: number;
  /** So long the work on what was polled takes. */
  readonly pauseMs: number;
};

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
  join: object;
  look: MemberLook;
  leave: MemberLook;
  tell: object;
  committed: { readonly offsets: readonly number[]; readonly metadata: readonly string[] };
  groupAdmin: { readonly checks: readonly Check[] };
  transaction: object;
  readIsolated: { readonly values: readonly (readonly number[])[] };
  copy: { readonly aborted: number };
  snapshot: {
    readonly ends: readonly (readonly [topic: string, partition: number, end: number])[];
    readonly records: readonly (readonly [
      topic: string,
      partition: number,
      offset: number,
      key: string,
      value: string,
    ])[];
  };
  shares: { readonly checks: readonly Check[]; readonly emptied?: readonly string[] };
  shareWork: object;
  shareStop: object;
  tool: { readonly code: number; readonly output: string };
  dumpLog: { readonly checks: readonly Check[] };
};

export type Op = keyof Replies;
