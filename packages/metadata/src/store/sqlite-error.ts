import { StoreError, type StoreErrorTag } from './metadata-store.ts';

/** SQLite's primary result codes (the low byte of the extended ones). */
const tags: ReadonlyMap<number, StoreErrorTag> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [11, 'corrupt'],
  [13, 'no-space'],
  [26, 'corrupt'],
]);

/** What an error thrown by `node:sqlite` means to us; a `StoreError` stays itself. */
export function storeErrorFrom(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error)) return new StoreError('unavailable', `metadata in ${path}: ${String(error)}`);
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
  const tag = (code === undefined ? undefined : tags.get(code)) ?? 'unavailable';
  return new StoreError(tag, `metadata in ${path}: ${error.message}`, { cause: error });
}
