export type DoctorRefusal =
  /** There is nothing at that path. */
  | 'not-found'
  /** It is no data directory. */
  | 'foreign'
  /** A broker uses it. */
  | 'running'
  /** It cannot be read or, for a repair, not be written. */
  | 'denied'
  /** What was asked for cannot be done to it. */
  | 'unsuitable';

/** A directory could not be checked at all; `hint` says what to do about it. */
export class DoctorRefused extends Error {
  override readonly name = 'DoctorRefused';
  readonly reason: DoctorRefusal;
  readonly hint: string;
  constructor(reason: DoctorRefusal, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.hint = hint;
  }
}
