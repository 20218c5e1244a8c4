import type { Call, Exchange } from './api.ts';

/** What the coordinator saw and said, in its order. Rules judge by nothing else, but for the end. */
export type GroupEvent =
  | { readonly kind: 'asked'; readonly id: number; readonly call: Call }
  /** The answer left the coordinator; whether it arrived is another matter. */
  | { readonly kind: 'answered'; readonly id: number; readonly exchange: Exchange }
  /** It was killed, or lost its partition: what was not answered never will be. */
  | { readonly kind: 'restarted' }
  /** Their offsets go with them, sooner or later. */
  | { readonly kind: 'topics deleted'; readonly topics: readonly string[] };

export type Listener = (event: GroupEvent) => void;
