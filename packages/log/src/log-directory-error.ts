/** Why a data directory cannot be used, in a way that its owner can do something about. */
export type LogDirectoryErrorTag =
  /** Another process uses it. */
  | 'locked'
  /** Not empty, and not a data directory. */
  | 'foreign'
  | 'read-only'
  | 'other-cluster'
  | 'other-node'
  /** Written by a later version of Sluice. */
  | 'newer-version'
  /** `meta.properties` cannot be understood. */
  | 'damaged';

/** `message` is one line for the user, without the path's fault in it twice. */
export class LogDirectoryError extends Error {
  override readonly name = 'LogDirectoryError';
  readonly tag: LogDirectoryErrorTag;
  readonly path: string;
  constructor(tag: LogDirectoryErrorTag, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
    this.path = path;
  }
}
