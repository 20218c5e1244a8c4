import type { Revision } from '../store/metadata-store.ts';
import type { Decision } from './decision.ts';

export type Outcome<Reply> =
  | {
      readonly kind: 'decided';
      readonly reply: Reply;
      /** The image of this broker has it already. */
      readonly revision: Revision;
    }
  /** NOT_CONTROLLER, REQUEST_TIMED_OUT or UNKNOWN_SERVER_ERROR for the whole request. */
  | { readonly kind: 'refused'; readonly errorCode: number; readonly errorMessage: string };

export interface RunOptions {
  /** The request's own timeout; 0 and less is past already, as in Kafka. Without it, it waits as long as it takes. */
  readonly timeoutMs?: number;
}

export interface Controller {
  /** Whether this broker is the controller, as far as it knows. */
  readonly active: boolean;
  /** Decides on the current image and writes it: one request at a time, settled when this broker's image has it. */
  run<Request, Reply>(
    decision: Decision<Request, Reply>,
    request: Request,
    options?: RunOptions,
  ): Promise<Outcome<Reply>>;
  /** Gives the controller's key back. */
  close(): Promise<void>;
}
