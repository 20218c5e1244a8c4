/**
 * Bytes that break the protocol: what a peer sent cannot be decoded. The input is at fault, never Sluice; the
 * connection that it came on cannot be trusted to be in step any more.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** The field, from the message's root: `topics[3].partitions[0].records`. */
  path: string;
  /** Where in the reader's buffer decoding stopped. */
  readonly offset: number;
  readonly reason: string;

  constructor(path: string, offset: number, reason: string) {
    super(describe(path, offset, reason));
    this.path = path;
    this.offset = offset;
    this.reason = reason;
  }
}

/** The value to throw in place of `error`, caught while decoding `field`: paths are built only on failure. */
export function inField(error: unknown, field: string): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const before = error.message;
  error.path = error.path === '' ? field : `${field}.${error.path}`;
  error.message = describe(error.path, error.offset, error.reason);
  if (error.stack !== undefined) error.stack = error.stack.replace(before, error.message);
  return error;
}

/** As {@link inField}, for an element of the array in `field`. */
export function inElement(error: unknown, field: string, index: number): unknown {
  return inField(error, `${field}[${index}]`);
}

function describe(path: string, offset: number, reason: string): string {
  return `${path === '' ? 'message' : path}: ${reason} (at byte ${offset})`;
}
