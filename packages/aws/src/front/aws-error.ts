/** What an `AwsError` has besides its type and message. */
export interface AwsErrorDetails {
  /** The HTTP status, for errors that no model names; the model's otherwise. */
  readonly status?: number;
  /** Members of the error's shape besides the message. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An error that a client is told. Its type is the name of the shape in the service's model. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly status: number | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  constructor(type: string, message: string, { status, members = {} }: AwsErrorDetails = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.members = members;
  }
}
