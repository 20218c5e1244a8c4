import type { JsonObject } from './wire/decode.ts';
import type { Body } from './wire/encode.ts';
import type { BatchSpec } from './wire/record-batch.ts';

/** All cases of one API: a file under cases/ exports one of these. */
export type ApiCases = {
  readonly api: string;
  /** Fields of the answers whose numbers are the machine's here. */
  readonly opaqueFields?: readonly string[];
  /** Its cases ask the coordinator of groups: all of `__consumer_offsets` is led and loaded before the first. */
  readonly needsGroups?: boolean;
  /** The same of transactions and `__transaction_state`. */
  readonly needsTransactions?: boolean;
  readonly cases: readonly Case[];
};

/** A scripted exchange. It runs once for each version, on its own connection and with its own topics. */
export type Case = {
  readonly name: string;
  /** Which versions of the API; all that Kafka speaks when left out. */
  readonly versions?: { readonly min?: number; readonly max?: number };
  /** Its versions run one after the other: it changes what they share. */
  readonly isAlone?: boolean;
  /** Topics to create before, by base name; `c.name()` gives the name on the wire. */
  readonly topics?: Readonly<Record<string, TopicSetup>>;
  /** Batches appended before, in order, each to a partition of a topic above, with acks=1. */
  readonly produce?: (c: CaseContext) => readonly ProduceSetup[];
  /** Requests, one after the other, on one connection unless they say otherwise; each answer is recorded. */
  readonly exchanges: (c: CaseContext) => readonly Exchange[];
};

export type TopicSetup = { readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> };
export type ProduceSetup = { readonly topic: string; readonly partition?: number; readonly batch: BatchSpec };

export type CaseContext = {
  /** The case's API, and its version in this run. */
  readonly api: string;
  readonly version: number;
  /** A name that no other run uses: recordings show it as `base`. */
  name(base: string): string;
  topicId(base: string): string;
  /** Milliseconds after a fixed point one hour before the run; recordings show it as `T+n`. */
  time(offsetMs: number): number;
  /** One of the broker's two log directories: 0 or 1. Recordings show it as `<dir 0>`. */
  logDir(index: number): string;
  /** Node id of the broker under test. */
  readonly nodeId: number;
  /** Answers so far, decoded, not normalised. */
  readonly answers: readonly Answer[];
  /** The latest answer to an exchange that is called so with `$as`. */
  answer(name: string): Answer;
};

/** What came back: a body, or what happened instead. */
export type Answer = JsonObject;

export type Exchange = Body | RawExchange | ApiExchange | LaterAnswer | Pause;

/** A request of another API, or of another version than the run's, or with a body of one's own bytes. */
export type ApiExchange = {
  /** The connection that it goes over, opened on first use. */
  readonly $on?: string;
  /** Sent; the answer is taken by a `$answerOn` of its connection. */
  readonly $isAnsweredLater?: boolean;
  /** What `c.answer` knows the answer by. */
  readonly $as?: string;
  readonly $api?: string;
  readonly $version?: number;
  /** The answer's version where it is not the request's (an ApiVersions error is in v0 form). */
  readonly $answerVersion?: number;
  readonly $body?: Body | Buffer | ((c: CaseContext) => Body | Buffer);
  /** How long to wait before "silent" is the answer; for requests that may never be answered. */
  readonly $silenceMs?: number;
  /** Sent, and only awaited by the next exchange's answer or by the connection's end. */
  readonly $expectsNone?: boolean;
  /**
   * Sent again until the answer is so (for some seconds at most): a change that the controller has answered reaches
   * Kafka's broker a moment later.
   */
  readonly $until?: (answer: Answer) => boolean;
  /** It only prepares for others: its answer is not looked at. */
  readonly $isUnrecorded?: boolean;
  /** Bytes appended to the frame's end. */
  readonly $trailer?: Buffer;
};

/** Bytes as they are, size included; the answer is shown in hexadecimal unless the connection closes. */
export type RawExchange = { readonly $raw: Buffer; readonly $silenceMs?: number };

/** Takes the answer to the first request of the connection that has not been answered; silence leaves it waiting. */
export type LaterAnswer = { readonly $answerOn: string; readonly $silenceMs?: number };

/** For what has no event to wait for, such as the end of a session. Nothing is recorded. */
export type Pause = { readonly $pauseMs: number };

export function isApiExchange(exchange: Exchange): exchange is ApiExchange {
  return Object.keys(exchange).some((key) => key.startsWith('$'));
}

export function isLaterAnswer(exchange: Exchange): exchange is LaterAnswer {
  return '$answerOn' in exchange;
}

export function isPause(exchange: Exchange): exchange is Pause {
  return '$pauseMs' in exchange;
}

export function isRawExchange(exchange: Exchange): exchange is RawExchange {
  return typeof exchange === 'object' && '$raw' in exchange;
}

/** For `$until`: no part of the answer has this error code. */
export function without(errorCode: number): (answer: Answer) => boolean {
  return (answer) => !JSON.stringify(answer).includes(`"errorCode":${errorCode},`);
}

/** For `$until`: the answer has this text somewhere. */
export function saying(text: string): (answer: Answer) => boolean {
  return (answer) => JSON.stringify(answer).includes(text);
}
