import type { TimestampMs } from '@sluice/kernel/ids';

/** What an operation knows of the request besides its input. */
export interface OperationContext {
  /** Twelve digits; whose resources the request is about. */
  readonly accountId: string;
  /** The region that the request was signed for. */
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov` …: what an ARN of this region begins with, after `arn:`. */
  readonly awsPartition: string;
  /** As the client sees it in `x-amzn-requestid`. */
  readonly requestId: string;
  /** When the request had arrived. */
  readonly now: TimestampMs;
  /** Aborted when the client has gone, or the door closes: an operation that waits ends then. */
  readonly signal: AbortSignal;
}

/**
 * One operation of a service. Its input is validated by the model: what is required is there, lengths, ranges,
 * patterns and enums hold. It fails with `AwsError`; any other failure is a bug and is answered as the service's
 * internal failure.
 *
 * Of an output with an event stream that member is an async iterable. The answer's head is sent as soon as the operation
 * returns it. An `AwsError` thrown while it is iterated ends the stream with that exception; the front calls `return()`
 * when the client goes.
 */
export type Operation<Input, Output> = (input: Input, context: OperationContext) => Output | Promise<Output>;

/** A service's operations by name; those that are left out answer that they do not exist. */
export type AnyOperations = Readonly<Record<string, Operation<never, unknown> | undefined>>;
