/** What a share member was told, in the order of telling; times are the run's. */
export type ShareEvent = Acquired | Acked | Ended | Died | Seen;

/** A record was handed to a member. */
export interface Acquired {
  readonly kind: 'acquired';
  readonly record: string;
  readonly member: string;
  readonly askedMs: number;
  readonly atMs: number;
  readonly times: number;
}

/** A member acknowledged a record; `code` is left out where the answer never came. */
export interface Acked {
  readonly kind: 'acked';
  readonly record: string;
  readonly member: string;
  readonly type: 'gap' | 'accept' | 'release' | 'reject' | 'renew';
  readonly askedMs: number;
  readonly atMs: number;
  readonly code: number | undefined;
}

/** From here on the member may hold nothing: it closes its connection, or begins a new session. */
export interface Ended {
  readonly kind: 'ended';
  readonly member: string;
  readonly atMs: number;
  /** It was waiting for records: some may have been acquired for it, and counted. */
  readonly wasFetching: boolean;
}

/** The broker died: what it had not written is forgotten. */
export interface Died {
  readonly kind: 'died';
  readonly atMs: number;
}

/** Where the coordinator says that a group stands. */
export interface Seen {
  readonly kind: 'seen';
  readonly group: string;
  readonly place: string;
  readonly startOffset: number;
  readonly askedMs: number;
  readonly atMs: number;
}

/** A record that is in the log at the end. */
export interface LastingRecord {
  readonly place: string;
  readonly offset: number;
  readonly value: string;
  readonly isCommitted: boolean;
}

export interface ShareHistory {
  readonly events: ShareEvent[];
  readonly lasting: LastingRecord[];
  /** Values of records that nobody who reads what is committed may get, by the word of their producers. */
  readonly aborted: Set<string>;
  /** Values that came to members, by record. */
  readonly values: Map<string, string>;
  /** By place: up to there somebody wanted records deleted. */
  readonly deletedTo: Map<string, number>;
  /** Groups that have not taken all, long after the noise. */
  readonly unfinished: string[];
  /** What should not happen whatever the broker does. */
  readonly odd: string[];
}

export function newHistory(): ShareHistory {
  const deletedTo = new Map<string, number>();
  return { events: [], lasting: [], aborted: new Set(), values: new Map(), deletedTo, unfinished: [], odd: [] };
}

/** Of a group, as rules go by it. */
export function recordOf(group: string, topic: string, partition: number, offset: number): string {
  return `${group} ${placeOf(topic, partition)}@${offset}`;
}

export function placeOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
